"""Opens the artefact store that the settings describe."""

from datetime import timedelta

from obstore.exceptions import BaseError
from obstore.store import from_url

from app.settings import Settings
from app.startup_errors import InvalidSetting
from app.store.copies import LocalCopies
from app.store.disk import DiskStore
from app.store.port import ArtefactStore
from app.store.remote import RemoteStore

SCHEMES = ("s3", "gs", "az")
RETRIES = 3
RETRY_SECONDS = 20


def open_store(settings: Settings) -> ArtefactStore:
    """Open the store on the local disk, or in the bucket of PRUDENT_ARTEFACT_URL.

    Raises InvalidSetting for a URL that names no bucket; the bucket is not contacted yet.
    """
    if settings.artefact_url is None:
        return DiskStore(settings.artefact_dir)
    scheme, _, rest = settings.artefact_url.partition("://")
    detail = (
        f"PRUDENT_ARTEFACT_URL is {settings.artefact_url!r}, which names no bucket: "
        "write s3://bucket or s3://bucket/prefix."
    )
    if scheme not in SCHEMES or not rest:
        raise InvalidSetting(detail)
    try:
        remote = from_url(
            settings.artefact_url,
            retry_config={
                "max_retries": RETRIES,
                "retry_timeout": timedelta(seconds=RETRY_SECONDS),
            },
        )
    except (BaseError, ValueError) as error:
        raise InvalidSetting(detail) from error
    copies = LocalCopies(settings.resolved_cache_dir / "artefacts", settings.artefact_cache_bytes)
    return RemoteStore(remote, copies)
