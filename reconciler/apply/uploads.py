"""Upload code, and tell what is created afterwards where it lies."""

from dataclasses import replace

from reconciler.model import Action, Outcome, Resource, Status, bundles_in, with_addresses
from reconciler.ports import Bundler, Uploader


class Uploads:
    """The uploads of one apply. Safe to use from many threads: each address is set once.

    Args:
        uploader, bundler: None for plans that upload nothing.
    """

    def __init__(self, uploader: Uploader | None, bundler: Bundler | None) -> None:
        self._uploader = uploader
        self._bundler = bundler
        self._addresses: dict[str, str] = {}

    @property
    def possible(self) -> bool:
        return self._uploader is not None and self._bundler is not None

    def upload(self, action: Action) -> Outcome:
        """Carry out one upload; errors of the uploader are the caller's to report."""
        assert action.bundle is not None, "an upload has a bundle"
        assert self._uploader is not None, "the executor has looked"
        assert self._bundler is not None, "the executor has looked"
        uploaded = self._uploader.upload(action.bundle, self._bundler)
        self._addresses[action.bundle.token] = uploaded.address
        return Outcome(
            action,
            Status.DONE,
            applied=not uploaded.existed,
            settled=True,
            existed=uploaded.existed,
        )

    def placed(self, resource: Resource) -> Resource:
        """The resource as it is sent: with the addresses of its code where tokens stand.

        Raises: LookupError for code that no action before it uploaded: a plan that is none.
        """
        if resource.request is None:
            return resource
        sent = bundles_in(resource.request, resource.bundles)
        if not sent:
            return resource
        missing = [bundle.name for bundle in sent if bundle.token not in self._addresses]
        if missing:
            raise LookupError(f"{resource.id} needs code that was not uploaded: {missing}")
        request = type(resource.request)()
        request.CopyFrom(resource.request)
        with_addresses(request, self._addresses)
        return replace(resource, request=request)
