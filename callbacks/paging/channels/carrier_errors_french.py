"""The French of what the carrier's error codes mean, by the English of `carrier_errors`. In letters of GSM-7."""

from __future__ import annotations

from collections.abc import Mapping

FRENCH: Mapping[str, str] = {
    "the carrier gives no reason": "le fournisseur ne donne pas de raison",
    # The account
    "the account is not active": "le compte n'est pas actif",
    "a trial account cannot do this": "un compte d'essai ne le permet pas",
    "the account is not active, so calls to it are rejected": "le compte n'est pas actif, ses appels sont rejetés",
    "calls are switched off for this account": "les appels sont désactivés pour ce compte",
    "the account or its token is not accepted (TWILIO_AUTH_TOKEN)": (
        "le compte ou son jeton est refusé (TWILIO_AUTH_TOKEN)"
    ),
    "the account or its key may not do this (TWILIO_API_KEY)": "le compte ou sa clé n'a pas ce droit (TWILIO_API_KEY)",
    "these are test credentials, which send nothing (TWILIO_AUTH_TOKEN)": (
        "ces identifiants d'essai n'envoient rien (TWILIO_AUTH_TOKEN)"
    ),
    "the account is suspended": "le compte est suspendu",
    "the account has reached its daily limit of messages": "le compte a atteint sa limite de messages du jour",
    # Our own number
    "the account may not call from this number": "le compte ne peut pas appeler de ce numéro",
    "the number that texts come from cannot send texts": "notre numéro ne peut pas envoyer de textos",
    "the number that calls come from is not verified for this account": (
        "le numéro d'où partent les appels n'est pas vérifié pour ce compte"
    ),
    "the number that calls or texts come from is not valid (TWILIO_FROM)": (
        "le numéro d'où partent les appels ou les textos n'est pas valide (TWILIO_FROM)"
    ),
    "no number is given for calls to come from (TWILIO_FROM)": "aucun numéro d'où appeler n'est indiqué (TWILIO_FROM)",
    "no number is given for texts to come from (TWILIO_FROM)": "aucun numéro d'où texter n'est indiqué (TWILIO_FROM)",
    "the account does not own the number that texts come from (TWILIO_FROM)": (
        "le numéro d'où partent les textos n'est pas au compte (TWILIO_FROM)"
    ),
    "the short code that texts come from is not valid (TWILIO_FROM)": (
        "le numéro court d'où partent les textos n'est pas valide (TWILIO_FROM)"
    ),
    "the number that texts come from is not of this country, or not a phone number (TWILIO_FROM)": (
        "le numéro d'où partent les textos est d'un autre pays, ou n'est pas un numéro (TWILIO_FROM)"
    ),
    "the number that texts come from is not in this account (TWILIO_FROM)": (
        "le numéro d'où partent les textos n'est pas dans ce compte (TWILIO_FROM)"
    ),
    "the number that texts come from cannot send texts (TWILIO_FROM)": (
        "le numéro d'où partent les textos ne peut pas en envoyer (TWILIO_FROM)"
    ),
    "the messaging service does not exist (TWILIO_FROM)": "le service de messagerie n'existe pas (TWILIO_FROM)",
    "the messaging service has no number to send from (TWILIO_FROM)": (
        "le service de messagerie n'a aucun numéro d'envoi (TWILIO_FROM)"
    ),
    "the messaging service is not valid (TWILIO_FROM)": "le service de messagerie n'est pas valide (TWILIO_FROM)",
    "the number that texts come from is not in the messaging service (TWILIO_FROM)": (
        "le numéro d'où partent les textos n'est pas dans le service de messagerie (TWILIO_FROM)"
    ),
    "the phone's carrier wants the sender to be registered": "le réseau du téléphone exige un expéditeur inscrit",
    "the sender is not set up at the phone's carrier": "l'expéditeur n'est pas configuré sur le réseau du téléphone",
    "the toll-free sender is not verified": "le numéro sans frais d'envoi n'est pas vérifié",
    "the campaign of the sender is suspended (10DLC)": "la campagne de l'expéditeur est suspendue (10DLC)",
    "the sender is not registered (10DLC)": "l'expéditeur n'est pas inscrit (10DLC)",
    "the sender is being registered (10DLC)": "l'inscription de l'expéditeur est en cours (10DLC)",
    "outbound texts are switched off for this account": "l'envoi de textos est désactivé pour ce compte",
    "texts from this sender are blocked because of a loop": "les textos sont bloqués à cause d'une boucle",
    # What the account may do
    "the account may not call this number": "le compte ne peut pas appeler ce numéro",
    "the account may not call this country": "le compte ne peut pas appeler ce pays",
    "a trial account may only text verified numbers": "un compte d'essai ne texte qu'aux numéros vérifiés",
    "a trial account may only call verified numbers": "un compte d'essai n'appelle que les numéros vérifiés",
    "the account may not make this call": "le compte ne peut pas faire cet appel",
    "the account may not text this country": "le compte ne peut pas texter dans ce pays",
    "this number cannot be texted from our number": "notre numéro ne peut pas texter à ce numéro",
    # The technician's number
    "this is not a phone number": "ce n'est pas un numéro de téléphone",
    "this number cannot be called, or does not exist": "on ne peut pas appeler ce numéro, ou il n'existe pas",
    "this number cannot be reached": "ce numéro est injoignable",
    "the carrier blocks calls to this number": "le fournisseur bloque les appels à ce numéro",
    "this is not a valid phone number": "ce numéro de téléphone n'est pas valide",
    "this phone number cannot be used for that": "ce numéro de téléphone ne le permet pas",
    "this number cannot receive texts": "ce numéro ne peut pas recevoir de textos",
    "no number is given to send to": "aucun destinataire n'est indiqué",
    "this person sent STOP; texts to them are blocked until they send START": (
        "cette personne a envoyé STOP; ses textos sont bloqués jusqu'à ce qu'elle envoie START"
    ),
    "this is a landline; it cannot receive texts": "c'est une ligne fixe, sans textos",
    "the phone blocks texts": "le téléphone bloque les textos",
    "this number does not exist": "ce numéro n'existe pas",
    "this is a landline, or its carrier cannot be reached": "c'est une ligne fixe, ou son réseau est injoignable",
    "this number cannot receive picture messages": "ce numéro ne prend pas les messages avec images",
    # Too much at once
    "too many calls at the same time for this account": "trop d'appels à la fois pour ce compte",
    "too many texts in a short time": "trop de textos en peu de temps",
    "the carrier asks us to slow down": "le fournisseur demande de ralentir",
    "too many texts wait at the carrier already": "trop de textos attendent déjà chez le fournisseur",
    "the carrier is under maintenance": "le fournisseur est en maintenance",
    "too many texts wait at the carrier": "trop de textos attendent chez le fournisseur",
    "the carrier has an internal error": "le fournisseur a une panne interne",
    "the sender has reached its limit (10DLC)": "l'expéditeur a atteint sa limite (10DLC)",
    "the sender has reached its limit for today (10DLC)": "l'expéditeur a atteint sa limite du jour (10DLC)",
    "the sender has reached its limit for today (10DLC, T-Mobile)": (
        "l'expéditeur a atteint sa limite du jour (10DLC, T-Mobile)"
    ),
    "the text waited too long at the carrier": "le texto a attendu trop longtemps chez le fournisseur",
    "the carrier does not answer requests now": "le fournisseur ne répond pas en ce moment",
    "the carrier took too long": "le fournisseur a mis trop de temps",
    # One page
    "the phone is off or out of reach": "le téléphone est éteint ou hors de portée",
    "the carrier filtered it as spam": "le fournisseur l'a pris pour un pourriel",
    "the network of the phone is overloaded": "le réseau du téléphone est surchargé",
    "the phone's carrier did not confirm it": "le réseau du téléphone ne l'a pas confirmé",
    "the phone's carrier did not answer in time": "le réseau du téléphone n'a pas répondu à temps",
    "it could not be delivered": "la livraison a échoué",
    "the carrier suspects fraud and blocked it": "le fournisseur craint une fraude et l'a bloqué",
    "the call could not be set up": "l'appel n'a pas abouti",
    "the call took too long to set up": "l'appel a mis trop de temps à s'établir",
    "the phone's carrier blocks calls from our number": "le réseau du téléphone bloque les appels de notre numéro",
    "a part of the text is missing": "il manque une partie du texto",
    "the text is too long": "le texto est trop long",
    "our service did not answer the carrier (PUBLIC_URL)": (
        "notre service n'a pas répondu au fournisseur (PUBLIC_URL)"
    ),
    "our service could not be reached (PUBLIC_URL)": "notre service était injoignable (PUBLIC_URL)",
    "an address for reports is not valid (PUBLIC_URL)": "une adresse de rapport n'est pas valide (PUBLIC_URL)",
    "an address that we gave is not valid (PUBLIC_URL)": "une de nos adresses n'est pas valide (PUBLIC_URL)",
    # How the network ended a phone call
    "the network did not accept the call": "le réseau n'a pas accepté l'appel",
    "the network rejected the call": "le réseau a rejeté l'appel",
    "there is no such number": "ce numéro n'existe pas",
    "the phone did not respond": "le téléphone n'a pas répondu",
    "this number is no longer in service": "ce numéro n'est plus en service",
    "the call was cut off": "l'appel a été coupé",
    "this number is incomplete": "ce numéro est incomplet",
    "busy": "occupé",
    "it rang without an answer": "le téléphone a sonné sans réponse",
    "the phone network has an error": "le réseau téléphonique est en panne",
    "the phone network is out of order or overloaded": "le réseau téléphonique est en panne ou surchargé",
    "the phone network did not respond": "le réseau téléphonique n'a pas répondu",
    "the call was declined": "l'appel a été refusé",
    "the person blocks our number": "cette personne bloque notre numéro",
    "the network blocks our number": "le réseau bloque notre numéro",
}
