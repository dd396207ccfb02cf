"""Mails in the shapes that programs really write, and what becomes of each. All were written for these tests."""

from __future__ import annotations

import base64
import gzip
import io
import zipfile
from dataclasses import dataclass

from callbacks.db.states import MailKind
from callbacks.inbound.mails.parse import LARGEST
from tests.callbacks.inbound.mails.writing import file, mail, mixed, text

TAKEN, NEVER = 0, 65  # exit codes of `mail receive`
MESSAGE, AUTOMATIC, BOUNCE, LIST = MailKind.MESSAGE, MailKind.AUTOMATIC, MailKind.BOUNCE, MailKind.LIST
AMY = "amy@example.com"


@dataclass(frozen=True)
class Shape:
    """A mail, and what is expected of it."""

    name: str
    raw: bytes
    kind: MailKind = MESSAGE
    sender: str = AMY
    words: str = ""  # in what is shown as new
    quoted: str = ""  # in what is folded away
    hidden: str = ""  # nowhere in what is shown
    files: tuple[str, ...] = ()  # the names of its attachments
    note: str = ""  # in its notes
    exit_code: int = TAKEN


def _b64(content: bytes) -> str:
    return base64.encodebytes(content).decode()


def _zip_bomb() -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as inner:
        inner.writestr("zeros", bytes(2_000_000))
    return archive.getvalue()


def _report(to: str, action: str, *, server: str, words: str, sender: str) -> bytes:
    """Return a delivery report (RFC 3464)."""
    status = f"Reporting-MTA: dns; {server}\n\nFinal-Recipient: rfc822; {to}\nAction: {action}\nStatus: 5.1.1\n"
    returned = "Content-Type: text/rfc822-headers\n\nMessage-ID: <customer-7@desk.example>\nSubject: Ref. KT-417\n"
    parts = (text(words), f"Content-Type: message/delivery-status\n\n{status}", returned)
    return mixed(
        *parts,
        subtype='report; report-type="delivery-status"',
        From=sender,
        Subject="Undelivered Mail Returned to Sender",
        Return_Path="<>",
    )


OUTLOOK_EN = "The digests stopped.\n\nFrom: Desk <support@desk.example>\nSent: Friday, November 27, 2026 9:00 AM\n" + (
    "To: Amy Roy <amy@example.com>\nSubject: Ref. KT-417\n\nWe received your request."
)
OUTLOOK_FR = "Toujours rien.\n\nDe : Bureau <support@desk.example>\nEnvoyé : vendredi 27 novembre 2026 09:00\n" + (
    "À : Amy Roy <amy@example.com>\nObjet : Réf. KT-417\n\nNous avons reçu votre demande."
)
OUTLOOK_DE = (
    "Es geht wieder nicht.\n\nVon: Desk <support@desk.example>\nGesendet: Freitag, 27. November 2026 09:00\n"
    + ("An: Amy Roy <amy@example.com>\nBetreff: Ref. KT-417\n\nWe received your request.")
)
GMAIL = "Yes, since noon.\n\nOn Fri, Nov 27, 2026 at 9:00 AM Desk <support@desk.example> wrote:\n\n> Is it all users?\n"
APPLE = "Our server is down.\n\nSent from my iPhone\n"
IPHONE_FR = "Plus de courriel.\n\nEnvoyé de mon iPhone\n"
CALENDAR = (
    "Content-Type: text/calendar; method=REQUEST; charset=utf-8\n\nBEGIN:VCALENDAR\nVERSION:2.0\nMETHOD:REQUEST\n"
    "BEGIN:VEVENT\nUID:1\nDTSTAMP:20261127T120000Z\nDTSTART:20261130T150000Z\nDTEND:20261130T160000Z\n"
    "SUMMARY:Migration\nORGANIZER:mailto:amy@example.com\nEND:VEVENT\nEND:VCALENDAR\n"
)
INNER = "Content-Type: message/rfc822\n\nFrom: eve@evil.example\nSubject: Phishing\nMessage-ID: <9@evil>\n\nPay now.\n"

SHAPES = (
    Shape(
        "Outlook with winmail.dat",
        mixed(text(OUTLOOK_EN), file("winmail.dat", _b64(b"\x78\x9f\x3e\x22 tnef"), "application/ms-tnef"),
              Subject="RE: Ref. KT-417", X_Mailer="Microsoft Outlook 16.0"),
        words="The digests stopped.",
        quoted="We received your request.",
        files=("winmail.dat",),
    ),
    Shape("Outlook in French", mail(OUTLOOK_FR, Subject="RE: Ref. KT-417"), words="Toujours rien.",
          quoted="Nous avons reçu"),
    Shape("Outlook in German", mail(OUTLOOK_DE, Subject="AW: Ref. KT-417"), words="Es geht wieder nicht."),
    Shape("Gmail, the answer on top", mail(GMAIL, Subject="Re: KT-417"), words="Yes, since noon.",
          quoted="Is it all users?"),
    Shape("iPhone", mail(APPLE), words="Our server is down."),
    Shape("iPhone in French", mail(IPHONE_FR), words="Plus de courriel."),
    Shape(
        "Exchange, undeliverable",
        _report("bob@acme.example", "failed", server="EXCH01.corp.example", words="Your message wasn't delivered.",
                sender="Microsoft Outlook <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@corp.example>"),
        kind=BOUNCE,
        files=("unnamed",),
        sender="microsoftexchange329e71ec88ae4615bbc36ab6ce41109e@corp.example",
    ),
    Shape(
        "Postfix, undeliverable",
        _report("bob@acme.example", "failed", server="mail.example.com", words="I'm sorry to have to inform you",
                sender="Mail Delivery System <MAILER-DAEMON@mail.example.com>"),
        kind=BOUNCE,
        files=("unnamed",),
        sender="mailer-daemon@mail.example.com",
    ),
    Shape(
        "Postfix, delayed",
        _report("bob@acme.example", "delayed", server="mail.example.com", words="The mail is delayed.",
                sender="MAILER-DAEMON@mail.example.com").replace(b"Status: 5.1.1", b"Status: 4.4.1"),
        kind=AUTOMATIC,
        files=("unnamed",),
        sender="mailer-daemon@mail.example.com",
    ),
    Shape(
        "Gmail, address not found",
        _report("bob@acme.example", "failed", server="googlemail.com", words="** Address not found **",
                sender="Mail Delivery Subsystem <mailer-daemon@googlemail.com>"),
        kind=BOUNCE,
        files=("unnamed",),
        sender="mailer-daemon@googlemail.com",
    ),
    Shape(
        "Office 365, out of office in French",
        mail("Je suis absente jusqu'au 4 janvier.", Subject="Réponse automatique : Ref. KT-417",
             Auto_Submitted="auto-generated", X_Auto_Response_Suppress="All"),
        kind=AUTOMATIC,
        words="Je suis absente",
    ),
    Shape(
        "Mailman",
        mail("A new release is out.", List_Id="Announce <announce.lists.example>", Precedence="list",
             List_Unsubscribe="<mailto:announce-leave@lists.example>"),
        kind=LIST,
    ),
    Shape(
        "a chain of ARC and DKIM",
        mail("It still fails.", ARC_Seal="i=2; a=rsa-sha256; cv=pass; b=AAAA",
             ARC_Authentication_Results="i=2; mx.example; dkim=pass",
             DKIM_Signature="v=1; a=rsa-sha256; d=example.com; s=one;\n h=from:to:subject;\n b=AAAA",
             Authentication_Results="mx.desk.example; spf=pass; dkim=pass; dmarc=pass"),
        words="It still fails.",
    ),
    Shape("an invitation", mixed(text("Can we meet?"), CALENDAR, subtype="alternative"), words="Can we meet?"),
    Shape(
        "S/MIME, signed and opaque",
        mail(_b64(b"0\x80\x06\x09 signed"), kind='application/pkcs7-mime; smime-type=signed-data; name="smime.p7m"',
             Content_Transfer_Encoding="base64", Content_Disposition='attachment; filename="smime.p7m"'),
        files=("smime.p7m",),
    ),
    Shape(
        "Japanese in ISO-2022-JP",
        mail("メールが届きません。".encode("iso-2022-jp"), kind="text/plain; charset=iso-2022-jp",
             Subject="=?ISO-2022-JP?B?GyRCJWEhPCVrGyhC?="),
        words="メールが届きません。",
    ),
    Shape(
        "Windows-1252 that says it is US-ASCII",
        mail("Le r\xe9seau est tomb\xe9 \x96 hier".encode("latin-1"), kind="text/plain; charset=us-ascii",
             Content_Transfer_Encoding="8bit"),
        words="Le réseau est tombé",
    ),
    Shape(
        "Lotus Notes",
        mail("It is down.\n\n\n\nFrom:\tDesk <support@desk.example>\nTo:\tAmy Roy <amy@example.com>\n"
             "Date:\t11/27/2026 09:00 AM\nSubject:\tRef. KT-417\n\nWe received it.",
             Subject="Re: Ref. KT-417", X_Mailer="Lotus Notes Release 9.0"),
        words="It is down.",
    ),
    Shape("forwarded as an attachment", mixed(text("Is this real?"), INNER, Subject="FW: Phishing"),
          words="Is this real?", hidden="Pay now.", files=("unnamed",)),
    Shape("text after the attachment", mixed(text("See the log."), file("a.log"), text("It began on Monday.")),
          words="See the log.\n\nIt began on Monday.", files=("a.log",)),
    Shape("flowed lines", mail("It is \ndown.", kind="text/plain; charset=utf-8; format=flowed"), words="It is down."),
    Shape(
        "quoted-printable, broken at its soft breaks",
        mail("Plus rien depuis mid=\ni =C3=A9t=C3=\n=A9 = fin=", Content_Transfer_Encoding="quoted-printable"),
        words="Plus rien depuis midi",
    ),
    Shape("letters of eight bits in the headers", mail("Allô").replace(b"Subject: No mail since noon",
          "Subject: Plus de courriel à Montréal".encode()), words="Allô"),
    Shape("two addresses in From", mail(From="amy@example.com, ben@example.com"), sender="",
          words="Nothing comes in.", note="2 addresses"),
    Shape("a date in 1970", mail(Date="Thu, 1 Jan 1970 00:00:00 +0000"), words="Nothing comes in.",
          note="Its date cannot be true"),
    Shape("without a Message-ID", mail(Message_ID=""), words="Nothing comes in.", note="no Message-ID"),
    Shape("NUL", mail("Do\0wn", Subject="N\0o mail"), words="Down"),
    Shape("a subject of 100 kB", mail(Subject="Down " * 20_000), words="Nothing comes in."),
    Shape("a file in another folder", mixed(text("Here."), file("../../x")), words="Here.", hidden="..", files=("x",)),
    Shape("a zip bomb", mixed(text("Logs."), file("logs.zip", _b64(_zip_bomb()), "application/zip")), words="Logs.",
          files=("logs.zip",)),
    Shape("a gzip in its encoding", mail(gzip.compress(bytes(100_000)), kind="text/plain", Content_Encoding="gzip")),
    Shape(
        "300 nested parts",
        mixed(text("It is down."), "".join(
            f"Content-Type: multipart/mixed; boundary=b{level}\n\n--b{level}\n" for level in range(1, 300)
        ) + "\ndeep"),
        words="It is down.",
        hidden="deep",
    ),
    Shape("25 MB and a byte", mail() + b"x" * (LARGEST + 1 - len(mail())), exit_code=NEVER),
    Shape("nothing", b"\r\n\r\n", exit_code=NEVER),
    Shape("no mail at all", b"%PDF-1.7 \x00\x01", exit_code=NEVER),
    Shape("From and nothing else", b"From: amy@example.com\n\n", note="no text"),
)  # fmt: skip
