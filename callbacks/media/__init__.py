"""Where recordings and mails are kept: a folder of this machine, or an object store that several machines share."""
