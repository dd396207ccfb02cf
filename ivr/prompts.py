"""Every prompt that a caller or a technician hears, in both languages. `say` fills in the blanks."""

from __future__ import annotations

from collections.abc import Mapping

from callbacks.db.states import ReachOutcome, ReportedOutcome
from callbacks.desk.desk_file import Language
from callbacks.desk.menus import Leads
from callbacks.text.bilingual import Words
from callbacks.text.dialing_rules import NumberKind
from callbacks.text.formats import spoken_number
from callbacks.text.spoken import digits
from ivr.twilio.phrases import Phrase
from ivr.twilio.verbs import Say
from sla.hours import OnHoliday, OutsideHours, Reason

# Callers

GREETING = Words("Thank you for calling {company}.", "Merci d'appeler {company}.")
CHOOSE_SUPPORT = Words("For support, press {key}.", "Pour le soutien technique, appuyez sur le {key}.")
CHOOSE_LANGUAGE = Words("For English, press {key}.", "Pour le service en français, appuyez sur le {key}.")
CHOOSE_BACK = Words("To go back, press {key}.", "Pour revenir en arrière, appuyez sur le {key}.")
CHOOSE_REPEAT = Words("To hear this again, press {key}.", "Pour réécouter, appuyez sur le {key}.")
PUTTING_THROUGH = Words(
    "Please hold while we connect you.", "Veuillez rester en ligne pendant que nous vous mettons en communication."
)
STILL_TRYING_TEAM = Words("Thank you for waiting. Please hold.", "Merci de patienter. Veuillez rester en ligne.")
NOBODY_ANSWERS = Words(
    "Sorry, nobody can take your call at the moment.", "Désolé, personne ne peut prendre votre appel pour le moment."
)
NOT_A_CHOICE = Words("Sorry, that is not one of the choices.", "Désolé, ce choix n'est pas valide.")
NO_KEY = Words("Sorry, we did not get your choice.", "Désolé, nous n'avons pas reçu votre choix.")
GOODBYE = Words("Thank you for calling. Goodbye.", "Merci de votre appel. Au revoir.")
ANNOUNCEMENT = Words("Please note: {text}", "À noter : {text}")
TOLD_WHEN_OVER = Words(
    "To get a text when it is over, press {key}.",
    "Pour être avisé par texto quand ce sera terminé, appuyez sur le {key}.",
)
GO_ON = Words("To continue, press {key} or wait.", "Pour continuer, appuyez sur le {key} ou patientez.")
WILL_BE_TOLD = Words(
    "We will text you when it is over.",
    "Nous vous enverrons un texto quand ce sera terminé.",
)
CANNOT_BE_TOLD = Words(
    "We cannot send texts to the number you are calling from.",
    "Nous ne pouvons pas envoyer de texto au numéro d'où vous appelez.",
)
OVER_ALREADY = Words("It is already over.", "C'est déjà terminé.")
NOT_NOTED = Words(
    "We are sorry, we could not save that.",
    "Désolé, nous n'avons pas pu enregistrer votre demande.",
)
PRESS_TO_GO_ON = Words("To continue, press any key.", "Pour continuer, appuyez sur n'importe quelle touche.")
BLOCKED = Words(
    "We do not answer calls from this number. If you think this is a mistake, please leave a message after the beep.",
    "Nous ne répondons pas aux appels de ce numéro. Si vous croyez que c'est une erreur, laissez un message après le "
    "signal sonore.",
)
CALLED_OFTEN = Words(
    "We have had many calls from this number in the last hour.",
    "Nous avons reçu beaucoup d'appels de ce numéro depuis une heure.",
)
HOLD = Words(
    "Please hold while we find a technician.",
    "Veuillez rester en ligne pendant que nous cherchons un technicien.",
)
STILL_TRYING = Words(
    "Thank you for waiting. We are trying the next technician.",
    "Merci de patienter. Nous tentons de joindre un autre technicien.",
)
TRYING = Words("We are calling a technician now.", "Nous tentons de joindre un technicien.")
STILL_RINGING = Words(
    "Thank you for waiting. We are still trying to reach a technician.",
    "Merci de patienter. Nous tentons toujours de joindre un technicien.",
)
MESSAGE_INSTEAD = Words(
    "To leave a message instead, press 0 at any time.",
    "Pour laisser un message plutôt que d'attendre, appuyez sur le 0 à tout moment.",
)
ALL_ON_CALLS = Words(
    "All our technicians are on other calls.", "Tous nos techniciens sont en ligne avec d'autres clients."
)
YOU_ARE_NEXT = Words("You are next.", "Votre appel est le prochain.")
ONE_BEFORE_YOU = Words("One caller is ahead of you.", "Il y a un appel avant le vôtre.")
MORE_BEFORE_YOU = Words("{count} callers are ahead of you.", "Il y a {count} appels avant le vôtre.")
ALL_BUSY = Words("All our technicians are busy.", "Tous nos techniciens sont occupés en ce moment.")
CLOSED = Words("We are closed: {reason}.", "Nous sommes fermés : {reason}.")
CLOSED_FOR_HOLIDAY = Words("We are closed for {reason}.", "Nous sommes fermés pour {reason}.")
CLOSED_NOW = Words("We are currently closed.", "Nous sommes fermés en ce moment.")
PRESS_IF_DOWN = Words(
    "If everything is down for everyone{examples}, press {key}.",
    "En cas de panne générale{examples}, appuyez sur le {key}.",
)
PRESS_IF_IT_CAN_WAIT = Words(
    "If it can wait until we open{examples}, press {key}.",
    "Si cela peut attendre notre ouverture{examples}, appuyez sur le {key}.",
)
EXAMPLES = Words(", for example {examples}", ", par exemple {examples}")
STAY_ON_THE_LINE = Words("Otherwise, stay on the line.", "Sinon, restez en ligne.")
PRESS_FOR_MANAGER = Words("To ask for a manager, press {key}.", "Pour demander un gestionnaire, appuyez sur le {key}.")
MANAGER_NOTED = Words(
    "We will tell a manager that you asked for one.", "Nous dirons à un gestionnaire que vous voulez lui parler."
)
NOTED_DOWN = Words("We will treat this as critical.", "Nous le traiterons comme un problème critique.")
LEAVE_A_MESSAGE_WAITING = Words(
    "Please leave a message after the beep, and a technician will call you back when we open.",
    "Laissez un message après le signal sonore, et un technicien vous rappellera à notre ouverture.",
)
LEAVE_A_MESSAGE = Words(
    "Please leave a message after the beep, and a technician will call you back by {due}.",
    "Laissez un message après le signal sonore, et un technicien vous rappellera avant {due}.",
)
OR_A_MESSAGE = Words("You can leave a message for support.", "Vous pouvez laisser un message au soutien technique.")
LEAVE_A_MESSAGE_IN_BOX = Words(
    "Please leave a message after the beep. It goes to: {box}.",
    "Laissez un message après le signal sonore. Il sera transmis à : {box}.",
)
LEAVE_YOUR_NUMBER = Words(
    "Please say your name and the number where we can reach you.",
    "Dites-nous votre nom et le numéro où vous joindre.",
)
RECORDING_NOTICE = Words(
    "Your message will be recorded. Please do not give any card numbers. In an emergency, hang up and dial 9 1 1.",
    "Votre message sera enregistré. Ne donnez aucun numéro de carte. "
    "En cas d'urgence, raccrochez et composez le 9 1 1.",
)
THANKS = Words(
    "Thank you. A technician will call you back by {due}.", "Merci. Un technicien vous rappellera avant {due}."
)
THANKS_WITH_REFERENCE = Words(
    "Thank you. Your reference is {reference}. A technician will call you back by {due}.",
    "Merci. Votre numéro de référence est le {reference}. Un technicien vous rappellera avant {due}.",
)
THANKS_LATE = Words(
    "Thank you. A technician will call you back as soon as possible.",
    "Merci. Un technicien vous rappellera dès que possible.",
)
THANKS_WAITING = Words(
    "Thank you. A technician will call you back when we open.",
    "Merci. Un technicien vous rappellera à notre ouverture.",
)
CALLED_BETWEEN = Words(
    "Thank you. A technician will call you at {named}, or by {until} at the latest.",
    "Merci. Un technicien vous appellera entre {named} et {until}.",
)
PRESS_TO_NAME_TIME = Words(
    "To choose when you are called, press {key}.", "Pour choisir l'heure du rappel, appuyez sur le {key}."
)
PRESS_FOR_OPENING = Words(
    "To be called at {time}, when we open, press {key}.",
    "Pour être rappelé à notre ouverture, {time}, appuyez sur le {key}.",
)
PRESS_FOR_AN_HOUR = Words(
    "To be called at another time, press {key}.", "Pour être rappelé à une autre heure, appuyez sur le {key}."
)
ENTER_THE_HOUR = Words(
    "Enter the time with four digits, on the 24-hour clock. For seven in the morning, enter 0, 7, 0, 0.",
    "Entrez l'heure en quatre chiffres, selon l'horloge de 24 heures. Pour sept heures du matin, entrez 0, 7, 0, 0.",
)
NOT_A_TIME = Words("Sorry, that is not a time.", "Désolé, ce n'est pas une heure valide.")
CONFIRM_TIME = Words(
    "You will be called at {time}. To confirm, press {key}. To enter another time, press any other key.",
    "Vous serez rappelé à l'heure suivante : {time}. Pour confirmer, appuyez sur le {key}. Pour entrer une autre "
    "heure, appuyez sur une autre touche.",
)
THANKS_BOX = Words("Thank you. We have your message.", "Merci. Nous avons bien reçu votre message.")
NOTHING_TO_GO_BY = Words(
    "We have no number and no message from you, so nobody can call you back.",
    "Nous n'avons ni numéro ni message de votre part : personne ne peut vous rappeler.",
)
TOO_SHORT = Words(
    "That message was very short. Please leave your message after the beep.",
    "Ce message était très court. Laissez votre message après le signal sonore.",
)
NOTHING_HEARD = Words(
    "We did not hear anything. Please leave your message after the beep.",
    "Nous n'avons rien entendu. Laissez votre message après le signal sonore.",
)
REVIEW_MENU = Words(
    "If you are done, hang up or press 1. To hear your message, press 2. To record it again, press 3. "
    "To be called at another number, press 4.",
    "Si vous avez terminé, raccrochez ou appuyez sur le 1. Pour écouter votre message, appuyez sur le 2. "
    "Pour l'enregistrer de nouveau, appuyez sur le 3. Pour être rappelé à un autre numéro, appuyez sur le 4.",
)
RECORD_AGAIN = Words("Please leave your message after the beep.", "Laissez votre message après le signal sonore.")
ONE_MOMENT = Words("One moment, please.", "Un instant, s'il vous plaît.")
CANNOT_PLAY_YET = Words(
    "We have your message, but we cannot play it back yet.",
    "Nous avons votre message, mais nous ne pouvons pas encore vous le faire écouter.",
)
NUMBER_NOT_SHOWN = Words(
    "We do not see a number where we can reach you.", "Nous ne voyons aucun numéro où vous rappeler."
)
ENTER_NUMBER = Words(
    "Please enter the number where we can reach you, with its area code, then press pound.",
    "Composez le numéro où nous pouvons vous joindre, avec l'indicatif régional, puis appuyez sur le carré.",
)
NUMBER_NOT_CALLED = Words("Sorry, we cannot call that number.", "Désolé, nous ne pouvons pas appeler ce numéro.")
NUMBER_READ_BACK = Words(
    "You entered {number}. If that is right, press 1. To enter it again, press 2.",
    "Vous avez composé {number}. Si c'est exact, appuyez sur le 1. Pour le composer de nouveau, appuyez sur le 2.",
)
NUMBER_SAVED = Words("We will call you at that number.", "Nous vous rappellerons à ce numéro.")
# Callers who call again

YOUR_CALLBACK = Words(
    "You have an open request. Your reference is {reference}.",
    "Vous avez une demande de rappel en cours. Votre numéro de référence est le {reference}.",
)
OWNER_WILL_CALL = Words(
    "A technician is handling it and will call you back by {due}.",
    "Un technicien s'en occupe et vous rappellera avant {due}.",
)
SOMEBODY_WILL_CALL = Words(
    "We are contacting our technicians, and one of them will call you back by {due}.",
    "Nous tentons de joindre nos techniciens, et l'un d'eux vous rappellera avant {due}.",
)
WILL_CALL_LATER = Words("A technician will call you back by {due}.", "Un technicien vous rappellera avant {due}.")
ESCALATED = Words(
    "Nobody has called you yet, so we are contacting more people. We will call you back by {due}.",
    "Personne ne vous a encore rappelé, alors nous tentons de joindre d'autres personnes. Nous vous rappellerons avant "
    "{due}.",
)
WE_ARE_LATE = Words(
    "We promised to call you by {due}, and we have not. We are sorry. We are contacting more people, and one of them "
    "will call you as soon as possible.",
    "Nous devions vous rappeler avant {due}, et nous ne l'avons pas fait. Nous en sommes désolés. Nous tentons "
    "de joindre d'autres personnes, et l'une d'elles vous rappellera dès que possible.",
)
WE_TRIED = Words(
    "We called you {tried} and did not reach you. A technician will try again.",
    "Nous vous avons appelé {tried} sans vous joindre. Un technicien essaiera de nouveau.",
)
BEING_WORKED_ON = Words(
    "We spoke with you {tried}. A technician is still working on it.",
    "Nous vous avons parlé {tried}. Un technicien y travaille encore.",
)
TO_ADD_A_MESSAGE = Words("To add a message, press 1.", "Pour ajouter un message, appuyez sur le 1.")
FOR_THE_OWNER = Words(
    "To speak with the technician who has it, press 2.", "Pour parler au technicien qui s'en occupe, appuyez sur le 2."
)
FOR_SOMETHING_ELSE = Words(
    "If you are calling about something else, press 3.", "Si vous appelez pour autre chose, appuyez sur le 3."
)
FOR_A_MANAGER = Words("To ask for a manager, press 0.", "Pour demander un gestionnaire, appuyez sur le 0.")
OR_STAY = Words("Or stay on the line to speak with a technician.", "Ou restez en ligne pour parler à un technicien.")
CALLING_THE_OWNER = Words(
    "Please hold while we call your technician.", "Veuillez rester en ligne pendant que nous appelons votre technicien."
)
OWNER_DOES_NOT_ANSWER = Words(
    "Your technician cannot take the call right now.", "Votre technicien ne peut pas prendre l'appel en ce moment."
)
MANAGER_WANTED = Words(
    "We will tell a manager that you asked.", "Nous ferons savoir à un gestionnaire que vous voulez lui parler."
)
ADD_A_MESSAGE = Words(
    "Please leave a message after the beep. It will be added to your request.",
    "Laissez un message après le signal sonore. Il sera ajouté à votre demande de rappel.",
)
THANKS_AGAIN = Words(
    "Thank you. Your call was added to {reference}. A technician will call you back by {due}.",
    "Merci. Votre appel a été ajouté au dossier {reference}. Un technicien vous rappellera avant {due}.",
)
THANKS_AGAIN_SOON = Words(
    "Thank you. Your call was added to {reference}. A technician will call you back as soon as possible.",
    "Merci. Votre appel a été ajouté au dossier {reference}. Un technicien vous rappellera dès que possible.",
)

# Callers, when something fails

TROUBLE = Words(
    "We are sorry, something went wrong on our side.",
    "Nous sommes désolés, un problème est survenu de notre côté.",
)
FALLBACK = Words(
    "We are sorry, something went wrong on our side. "
    "Please leave a message after the beep, and a technician will call you back.",
    "Nous sommes désolés, un problème est survenu de notre côté. "
    "Laissez un message après le signal sonore, et un technicien vous rappellera.",
)

# Technicians: a live call

SUPPORT_CALL = Words(
    "Support call on the {line}, from {caller}. Press 1 to take it.",
    "Appel de soutien, {line}, depuis {caller}. Appuyez sur le 1 pour le prendre.",
)
SUPPORT_CALL_WITHOUT_DATABASE = Words("A customer is waiting on the line.", "Un client attend en ligne.")
WAITED_SECONDS = Words("The caller has been waiting for {count} seconds.", "L'appelant attend depuis {count} secondes.")
WAITED_MINUTES = Words(
    "The caller has been waiting for more than {count} minutes.", "L'appelant attend depuis plus de {count} minutes."
)
WAITED_A_MINUTE = Words(
    "The caller has been waiting for more than a minute.", "L'appelant attend depuis plus d'une minute."
)
CALL_TAKEN = Words("Somebody else has taken the call. Goodbye.", "Quelqu'un d'autre a pris l'appel. Au revoir.")
TEAM_CALL = Words(
    "Call for {team} on the {line}, from {caller}. Press 1 to take it.",
    "Appel pour {team}, {line}, depuis {caller}. Appuyez sur le 1 pour le prendre.",
)
ABOUT_CALLBACK = Words("It is about {reference}.", "C'est au sujet de {reference}.")
TAKE_THE_CALL = Words("Press 1 to take the call.", "Appuyez sur le 1 pour prendre l'appel.")
CALLER_GONE = Words("The caller is no longer waiting. Goodbye.", "L'appelant n'attend plus. Au revoir.")
FOLLOW_UP = Words(
    "To have this followed up, press 1 for {p1}, 2 for {p2}, or 3 for {p3}. If it is settled, hang up.",
    "Pour un suivi, appuyez sur le 1 pour {p1}, le 2 pour {p2}, ou le 3 pour {p3}. Si c'est réglé, raccrochez.",
)
FOR_EXAMPLES = Words("For examples of each, press 0.", "Pour des exemples de chacune, appuyez sur le 0.")
PRIORITY_EXAMPLES = Words("{priority}, for example {examples}.", "{priority}, par exemple {examples}.")
FOLLOW_UP_OPENED = Words(
    "{reference} is yours to follow up, as {priority}. For your notes, reply to the text. Goodbye.",
    "{reference} est à vous pour le suivi, en {priority}. Pour vos notes, répondez au texto. Au revoir.",
)

# Technicians: a page by phone

PAGE = Words(
    "This is {company}, paging {name}. A customer on the {line} is waiting for a call back by {due}.",
    "Ici {company}, pour {name}, {line}. Un client attend un rappel avant {due}.",
)
PAGE_LATE = Words(
    "This is {company}, paging {name}. A customer on the {line} was promised a call by {due} and has not been called.",
    "Ici {company}, pour {name}, {line}. Un client devait être rappelé avant {due} et ne l'a pas été.",
)
PAGE_BY_MAIL = Words(
    "This is {company}, paging {name}. A customer wrote to the {line} and is waiting for an answer by {due}.",
    "Ici {company}, pour {name}, {line}. Un client a écrit et attend une réponse avant {due}.",
)
PAGE_BY_MAIL_LATE = Words(
    "This is {company}, paging {name}. A customer wrote to the {line}, was promised an answer by {due} and has none.",
    "Ici {company}, pour {name}, {line}. Un client a écrit, devait avoir une réponse avant {due} et n'en a pas eu.",
)
CUSTOMER = Words("The customer is {customer}.", "Le client est {customer}.")
SAYS_DOWN = Words("The customer says that everything is down.", "Le client dit que tout est en panne.")
ASKED_FOR_A_TIME = Words(
    "The customer asked to be called after {time}.", "Le client demande à être rappelé après {time}."
)
OTHER_LANGUAGE = Words("The customer speaks French.", "Le client parle anglais.")  # said in the other language
ASKS_FOR_NO_CALL = Words(
    "The customer asked by text for no call back. Nobody has decided about it yet.",
    "Le client a demandé par texto de ne pas être rappelé. Personne n'a encore décidé.",
)
OTHER_CALLBACKS = Words(
    "Other callbacks waiting: {count}. Each has its own text.",
    "Autres rappels en attente : {count}. Chacun a son propre texto.",
)
PAGE_AGAIN = Words(
    "This is {company}, paging {name}. A customer on the {line} was called before, and nobody has the callback now.",
    "Ici {company}, pour {name}, {line}. Un client a déjà été appelé, et plus personne ne s'occupe du rappel.",
)
PAGE_OWN = Words(
    "This is {company}, paging {name}. It is time to call a customer on the {line} again. The callback is yours.",
    "Ici {company}, pour {name}, {line}. C'est le moment de rappeler un client. Le rappel est à vous.",
)
PAGE_MENU = Words(
    "Press 1 to hear the message, 2 to take it, 3 to take it and be connected, 4 to pass it on, or star to repeat.",
    "Appuyez sur le 1 pour entendre le message, le 2 pour prendre le rappel, le 3 pour le prendre et être mis en "
    "communication, le 4 pour passer au suivant, ou l'étoile pour réécouter.",
)
PAGE_MENU_WITHOUT_NUMBER = Words(
    "There is no number to call. Press 1 to hear the message, 2 to take it, 4 to pass it on, or star to repeat.",
    "Il n'y a aucun numéro à composer. Appuyez sur le 1 pour entendre le message, le 2 pour prendre le rappel, le 4 "
    "pour passer au suivant, ou l'étoile pour réécouter.",
)
PAGE_MENU_BY_MAIL = Words(
    "It came by email, and there is no number to call. Press 2 to take it, 4 to pass it on, or star to repeat.",
    "Le client a écrit par courriel, et il n'y a aucun numéro à composer. Appuyez sur le 2 pour prendre le rappel, le "
    "4 pour passer au suivant, ou l'étoile pour réécouter.",
)
PAGE_MENU_BEFORE_CONSENT = Words(
    "A supervisor must allow the call to this number first. Press 1 to hear the message, 2 to take it, 4 to pass it "
    "on, or star to repeat.",
    "Un superviseur doit d'abord autoriser l'appel à ce numéro. Appuyez sur le 1 pour entendre le message, le 2 pour "
    "prendre le rappel, le 4 pour passer au suivant, ou l'étoile pour réécouter.",
)
CONFIRM = Words("To confirm, press 1.", "Pour confirmer, appuyez sur le 1.")
NOT_CONFIRMED = Words("Not confirmed.", "Ce n'est pas confirmé.")
TAKEN = Words(
    "{reference} is yours. Please call {number} by {due}. Goodbye.",
    "{reference} est à vous. Appelez {number} avant {due}. Au revoir.",
)
TAKEN_WITHOUT_NUMBER = Words(
    "{reference} is yours. There is no number to call. Listen to the message. If it has a number, open the link in "
    "your text and enter it there. If not, close the callback there with the reason. Goodbye.",
    "{reference} est à vous. Il n'y a aucun numéro à composer. Écoutez le message. Si le client y donne un numéro, "
    "ouvrez le lien de votre texto et entrez-y ce numéro. Sinon, fermez-y le rappel en donnant la raison. Au revoir.",
)
TAKEN_BY_MAIL = Words(
    "{reference} is yours. Open the link in your text to read the email and answer it. Goodbye.",
    "{reference} est à vous. Ouvrez le lien de votre texto pour lire le courriel et y répondre. Au revoir.",
)
TAKEN_BEFORE_CONSENT = Words(
    "{reference} is yours. A supervisor must allow the call to this number first. Goodbye.",
    "{reference} est à vous. Un superviseur doit d'abord autoriser l'appel à ce numéro. Au revoir.",
)
TAKEN_AGAIN = Words(
    "{reference} is yours. Please call {number} again. Goodbye.",
    "{reference} est à vous. Rappelez {number}. Au revoir.",
)
TAKEN_LATE = Words(
    "{reference} is yours. Please call {number} at once: it was promised for {due}. Goodbye.",
    "{reference} est à vous. Appelez {number} tout de suite : c'était promis pour {due}. Au revoir.",
)
PASSED = Words(
    "It goes to the next person now. Goodbye.",
    "Le rappel passe maintenant à la personne suivante. Au revoir.",
)
OWNED_BY_ANOTHER = Words(
    "{owner} has {reference}. There is nothing for you to do. Goodbye.",
    "{owner} a déjà pris {reference}. Vous n'avez rien à faire. Au revoir.",
)
ALREADY_CLOSED = Words(
    "{reference} is closed. There is nothing for you to do. Goodbye.",
    "{reference} est fermé. Vous n'avez rien à faire. Au revoir.",
)
MESSAGE_OF_SEVERAL = Words("Message {number} of {count}.", "Message {number} sur {count}.")
NO_MESSAGE = Words("The caller left no message.", "L'appelant n'a pas laissé de message.")
MESSAGE_LOST = Words(
    "The message is lost and cannot be heard. Please call this customer.",
    "Le message est perdu et ne peut pas être écouté. Appelez ce client.",
)
READ_THE_MAIL = Words(
    "The customer wrote an email. You can read it at the link in your text.",
    "Le client a écrit un courriel. Vous pouvez le lire en ouvrant le lien de votre texto.",
)
MESSAGE_DELETED = Words("The message was deleted.", "Le message a été supprimé.")
MESSAGE_NOT_HERE = Words(
    "The message is not available yet. You will find it in the log.",
    "Le message n'est pas encore disponible. Vous le trouverez dans le journal.",
)
NO_KEY_PRESSED = Words("No key was pressed. Goodbye.", "Vous n'avez appuyé sur aucune touche. Au revoir.")
CONFIRM_HEARD = Words(
    "Press 1 to confirm that you heard this.", "Appuyez sur le 1 pour confirmer que vous avez bien entendu."
)
HEARD = Words("Thank you. Goodbye.", "Merci. Au revoir.")

# Technicians: their own call to one of our lines

DIAL_IN = Words(
    "This is {company}, for {name}. Callbacks waiting for you: {count}. The most urgent is {reference}, due by {due}.",
    "Ici {company}, pour {name}. Rappels qui vous attendent : {count}. Le plus urgent est {reference}, à faire avant "
    "{due}.",
)
DIAL_IN_LATE = Words(
    "This is {company}, for {name}. Callbacks waiting for you: {count}. The most urgent is {reference}. It is late: it "
    "was promised by {due}.",
    "Ici {company}, pour {name}. Rappels qui vous attendent : {count}. Le plus urgent est {reference}. Il est en "
    "retard : il était promis pour {due}.",
)
DIAL_IN_AGAIN = Words(
    "This is {company}, for {name}. Callbacks waiting for you: {count}. The most urgent is {reference}. It is time to "
    "call this customer again.",
    "Ici {company}, pour {name}. Rappels qui vous attendent : {count}. Le plus urgent est {reference}. C'est le moment "
    "de rappeler ce client.",
)
DIAL_IN_NOTHING = Words(
    "This is {company}, for {name}. No callback is waiting for you.",
    "Ici {company}, pour {name}. Aucun rappel ne vous attend.",
)
DIAL_IN_MENU = Words(
    "Press 2 to be called at this number and connected to the customer, or 9 to continue as a customer.",
    "Appuyez sur le 2 pour qu'on vous appelle à ce numéro et vous mette en communication avec le client, ou le 9 pour "
    "continuer en tant que client.",
)
DIAL_IN_CALLED_BACK = Words(
    "We are calling you at this number. Press 1 in that call to reach the customer. Goodbye.",
    "Nous vous appelons à ce numéro. Pendant cet appel, appuyez sur le 1 pour joindre le client. Au revoir.",
)
DIAL_IN_NOT_CALLED_BACK = Words(
    "We cannot connect you for {reference}. Reply to its text with the code, or open the link there. Goodbye.",
    "Nous ne pouvons pas vous mettre en communication pour {reference}. Répondez à son texto avec le code, ou ouvrez "
    "le lien qu'il contient. Au revoir.",
)
DIAL_IN_AS_CUSTOMER = Words("Press 9 to continue as a customer.", "Appuyez sur le 9 pour continuer en tant que client.")

# Technicians: the connection to the customer

CONNECT_MENU = Words(
    "{reference}, from the {line}. Press 1 to be connected to {number}, 2 to hear the message.",
    "{reference}, {line}. Appuyez sur le 1 pour être mis en communication avec {number}, "
    "le 2 pour entendre le message.",
)
CONNECTING = Words("Connecting you now.", "Nous vous mettons en communication.")
NO_NUMBER = Words(
    "There is no number that we can call for this customer. Listen to the message, and see the link in your text for "
    "what you can do. Goodbye.",
    "Nous n'avons aucun numéro à composer pour ce client. Écoutez le message, et ouvrez le lien de votre texto pour "
    "voir ce que vous pouvez faire. Au revoir.",
)
NOT_BEFORE_CONSENT = Words(
    "A supervisor must allow the call to this number first. Goodbye.",
    "Un superviseur doit d'abord autoriser l'appel à ce numéro. Au revoir.",
)
CALL_ENDED = Words("The call has ended: {outcome}.", "L'appel est terminé : {outcome}.")
HOW_IT_ENDED = {
    ReachOutcome.DIALING: Words("not connected", "aucune communication"),
    ReachOutcome.NOT_RUNG: Words("the customer's phone did not ring", "le téléphone du client n'a pas sonné"),
    ReachOutcome.RINGING: Words(
        "the phone rang, but you were not connected",
        "le téléphone a sonné, mais vous n'avez pas été mis en communication",
    ),
    ReachOutcome.REACHED: Words("reached", "client joint"),
    ReachOutcome.CONTINUING: Words("reached, continuing", "client joint, à suivre"),
    ReachOutcome.WORKAROUND: Words("reached, workaround given", "client joint, solution temporaire donnée"),
    ReachOutcome.BUSY: Words("busy", "ligne occupée"),
    ReachOutcome.NO_ANSWER: Words("no answer", "pas de réponse"),
    ReachOutcome.NOT_CONNECTED: Words(
        "the customer answered, but you were not connected",
        "le client a répondu, mais vous n'avez pas été mis en communication",
    ),
    ReachOutcome.MACHINE: Words("probably an answering machine", "probablement une boîte vocale"),
    ReachOutcome.LEFT_A_MESSAGE: Words("message left", "message laissé"),
    ReachOutcome.WRONG_NUMBER: Words("wrong number", "mauvais numéro"),
    ReachOutcome.FAILED: Words("the call did not go through", "l'appel n'a pas abouti"),
    ReachOutcome.NOBODY_TO_CALL: Words("no way to reach the customer", "aucun moyen de joindre le client"),
    ReachOutcome.REPLIED: Words("replied by mail", "réponse envoyée par courriel"),
    ReachOutcome.CAME_BACK: Words("the mail came back", "le courriel est revenu"),
}
TRY_AGAIN_BY_TEXT = Words(
    "It does not count as an attempt. You will get a text to try again. Goodbye.",
    "Cet appel ne compte pas. Vous recevrez un texto pour réessayer. Au revoir.",
)
OUTCOME_MENU = Words(
    "How did it go? Press 1 for resolved, 2 for reached and continuing, 3 for left a message, 4 for no answer, "
    "5 for wrong number, 6 for reached, workaround given.",
    "Comment ça s'est passé? Appuyez sur le 1 si c'est réglé, le 2 si vous avez joint le client et que c'est à "
    "suivre, le 3 si vous avez laissé un message, le 4 si personne n'a répondu, le 5 si c'est un mauvais numéro, le 6 "
    "si vous avez joint le client et donné une solution temporaire.",
)
ASK_FOR_MANAGER = Words(
    "Press 0 if the customer asks for a manager.", "Si le client demande un gestionnaire, appuyez sur le 0."
)
OUTCOME_BY_TEXT = Words("We will ask you by text. Goodbye.", "Nous vous poserons la question par texto. Au revoir.")
OUTCOME_NOTED = {
    ReportedOutcome.RESOLVED: Words("Resolved. Thank you. Goodbye.", "C'est réglé. Merci. Au revoir."),
    ReportedOutcome.CONTINUING: Words(
        "Noted. It stays with you. Goodbye.", "C'est noté. Le rappel reste à vous. Au revoir."
    ),
    ReportedOutcome.WORKAROUND: Words(
        "Noted: workaround given. It stays with you. Goodbye.",
        "C'est noté : solution temporaire donnée. Le rappel reste à vous. Au revoir.",
    ),
    ReportedOutcome.LEFT_A_MESSAGE: Words(
        "Noted: message left. It stays with you. Goodbye.",
        "C'est noté : message laissé. Le rappel reste à vous. Au revoir.",
    ),
    ReportedOutcome.NO_ANSWER: Words(
        "Noted: no answer. It stays with you. Goodbye.",
        "C'est noté : pas de réponse. Le rappel reste à vous. Au revoir.",
    ),
    ReportedOutcome.WRONG_NUMBER: Words(
        "Noted: wrong number. We will not call it again, and a supervisor has been notified. Goodbye.",
        "C'est noté : mauvais numéro. Nous ne le composerons plus, et un superviseur a été avisé. Au revoir.",
    ),
}

# Phone numbers, as part of a prompt

NUMBER = Words("{number}", "le {number}")
NUMBER_WITH_EXTENSION = Words("{number}, extension {extension}", "le {number}, poste {extension}")
WITHHELD_NUMBER = Words("a withheld number", "un numéro masqué")
UNKNOWN_NUMBER = Words("an unknown number", "un numéro inconnu")
NUMBER_TO_BE_ALLOWED = Words(
    "a number that a supervisor must allow first", "un numéro qu'un superviseur doit d'abord autoriser"
)


def without_number(kind: NumberKind) -> Words:
    """Return what is said in place of a number that is never called."""
    return WITHHELD_NUMBER if kind is NumberKind.WITHHELD else UNKNOWN_NUMBER


def phrase(language: Language, prompt: Words, /, **blanks: str) -> Phrase:
    """Return a prompt in a language, with its blanks filled in. It may fill a blank of another prompt."""
    return Phrase.filled(prompt, language, blanks)


def say(language: Language, prompt: Words, /, **blanks: str) -> Say:
    """Return a prompt in a language, with its blanks filled in."""
    return Say(phrase(language, prompt, **blanks), language)


def example(language: Language, examples: Mapping[Language, str]) -> str:
    """Return examples as part of a prompt; "" when there are none."""
    return EXAMPLES.for_(language).format(examples=examples[language]) if examples else ""


def menu_choice(language: Language, leads: Leads, key: str) -> Say:
    """Return the usual words for a key of a menu. A choice of language is offered in that language."""
    match leads:
        case Leads.ENGLISH:
            return with_star(say("en", CHOOSE_LANGUAGE, key=key), key)
        case Leads.FRENCH:
            return with_star(say("fr", CHOOSE_LANGUAGE, key=key), key)
        case Leads.MANAGER:
            return with_star(say(language, PRESS_FOR_MANAGER, key=key), key)
        case Leads.BACK:
            return with_star(say(language, CHOOSE_BACK, key=key), key)
        case Leads.REPEAT:
            return with_star(say(language, CHOOSE_REPEAT, key=key), key)
    return with_star(say(language, CHOOSE_SUPPORT, key=key), key)


def with_star(spoken: Say, key: str) -> Say:
    """Return what is said with the key "*" as a word, which has an article of its own in French."""
    if key != "*":
        return spoken
    if spoken.language == "fr":
        return Say(spoken.text.replace("le *", "l'étoile").replace("*", "étoile"), "fr")
    return Say(spoken.text.replace("*", "star"), spoken.language)


def why_closed(language: Language, reason: Reason) -> Say:
    """Return why the line is closed, as a caller hears it."""
    match reason:
        case OnHoliday():
            return say(language, CLOSED_FOR_HOLIDAY, reason=reason.spoken(language))
        case OutsideHours():
            return say(language, CLOSED_NOW)
    return say(language, CLOSED, reason=reason.spoken(language))


def number_in_prompt(
    language: Language, number: str | None, extension: str = "", otherwise: Words = WITHHELD_NUMBER
) -> Phrase:
    """Return a phone number as part of a prompt, or what is said where there is none."""
    if number is None:
        return phrase(language, otherwise)
    spoken = spoken_number(number)
    if not extension:
        return phrase(language, NUMBER, number=spoken)
    return phrase(language, NUMBER_WITH_EXTENSION, number=spoken, extension=digits(", ".join(extension)))
