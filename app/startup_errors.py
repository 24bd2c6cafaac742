"""Errors that prevent the service from starting, for whoever reads the console.

StartupError
├── DataDirectoryInUse    another service uses the data directory: stop it, or choose another
├── IdentityInUse         another worker uses this identity: stop it, or choose another slot
├── InvalidSetting        a setting is not usable: correct the PRUDENT_* variable named
├── AddressUnusable       the port is in use or not permitted: choose another
├── RestoreRefused        a backup cannot be restored: use another archive or an empty database
└── UnsafeBind            no access control: bind to the loopback address, or set PRUDENT_AUTH
"""


class StartupError(Exception):
    """Root of the errors that prevent the service from starting."""


class DataDirectoryInUse(StartupError):
    """Another process holds the lock of the data directory."""


class InvalidSetting(StartupError):
    """A setting has a value that is not usable; the message names the variable."""


class AddressUnusable(StartupError):
    """The service cannot listen on this host and port; the message says why."""


class RestoreRefused(StartupError):
    """The archive is damaged or not a backup, or the database is not empty."""


class IdentityInUse(StartupError):
    """Another living worker has this identity."""


class UnsafeBind(StartupError):
    """Other machines can reach the address, but access control is off."""
