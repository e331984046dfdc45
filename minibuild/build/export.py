"""Outputs of a finished build: image archives and layouts, the image's files as a tar or a directory."""

import json
import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from minibuild.build import events
from minibuild.build.cache import digest_parts
from minibuild.build.errors import BuildError
from minibuild.build.outputs import archive_options
from minibuild.build.request import Output, StepRecord
from minibuild.errors import UsageError
from minibuild.image.writing import destination_stream
from minibuild.store.compression import PackedLayers
from minibuild.store.saving import Packing, outgoing_image, write_outgoing

if TYPE_CHECKING:
    from minibuild.build.attestation import Attestations
    from minibuild.build.images import StageImage
    from minibuild.build.workshop import Workshop

FIDELITY = "minibuild.fidelity"
_WRITTEN = "written:"


class Finished(NamedTuple):
    """A build that is over but for its outputs: `fidelity` is the lowest of its steps', `began` and `ended`
    are in nanoseconds since 1970.
    """

    workshop: "Workshop"
    image: "StageImage"
    steps: "Sequence[StepRecord]"
    fidelity: str
    began: int
    ended: int


def export(outputs: Iterable[Output], build: Finished) -> dict[str, Any]:
    """Write every output; the descriptor of what the first archive holds (the manifest; with attestations the
    index that has it), {} without one.

    The fidelity is told in an annotation of the manifest. Raise `MinibuildError` when something can't be
    written.
    """
    first: dict[str, Any] = {}
    said = _said(build) if build.workshop.request.attestations else None
    for output in outputs:
        if output.type in ("oci", "docker"):
            descriptor = _Archive(output, build, said).write()
            first = first or descriptor
        else:
            _write_files(output, build.workshop, build.image)
    return first


def _said(build: Finished) -> "Attestations":
    from minibuild.build.attestation import Attestations  # few builds make any

    return Attestations(build)


class _Archive:
    """One output of type oci or docker."""

    def __init__(self, output: Output, build: Finished, said: "Attestations | None") -> None:
        self.output = output
        self.workshop = build.workshop
        self.image = build.image
        self.said = said
        self.options = archive_options(output)
        if self.options.index_annotations and said is None:
            raise UsageError(
                "there is no index to annotate: the image is for one platform",
                hint="annotation.KEY=VALUE annotates the manifest",
            )
        epoch = self.workshop.clock.epoch
        self.packing = Packing(
            compression=self.options.compression,
            level=self.options.level,
            mtime=0 if epoch is None else epoch,
            annotations={**self.options.annotations, FIDELITY: build.fidelity},
            descriptor_annotations=self.options.descriptor_annotations,
        )
        self.format = output.type
        if self.options.as_directory:
            self.format = "layout" if output.type == "oci" else "docker-layout"

    def write(self) -> dict[str, Any]:
        """Write the archive, unless the very same one stands there already; its manifest's descriptor."""
        store = self.workshop.store
        self.workshop.emit(events.Progressed(f"exporting to {self.output.type}", 0, 0))
        names = (*self.workshop.request.tags, *self.options.names)
        layers = PackedLayers(store, self.packing.compression, self.packing.level)
        outgoing = outgoing_image(store, self.image.id, names, self.packing, layers)
        if self.said is not None:
            manifest = str(outgoing.manifest_descriptor()["digest"])
            outgoing.attest(self.said.statements(outgoing.names, manifest), self.options.index_annotations)
        descriptor = outgoing.descriptor()
        if self.output.destination == "-":
            out, mtime = sys.stdout.buffer, self.packing.mtime
            write_outgoing(layers, [outgoing], out, format=self.format, mtime=mtime)
            return descriptor
        path = Path(self.output.destination)
        memo = _WRITTEN + os.path.realpath(path)
        content = digest_parts(
            (self.format, str(self.packing.mtime), json.dumps(descriptor, sort_keys=True), *outgoing.names)
        )
        known = store.memo_get(memo)
        if known is None or known != f"{content} {_signature(path)}":
            write_outgoing(layers, [outgoing], path, format=self.format, mtime=self.packing.mtime)
            signature = _signature(path)
            if signature:
                store.memo_put(memo, f"{content} {signature}")
        return descriptor


def _signature(path: Path) -> str:
    """What changes when somebody writes to a file: size, times, inode. "" for what is no file."""
    try:
        status = path.stat()
    except OSError:
        return ""
    if not path.is_file():
        return ""
    return f"{status.st_size} {status.st_mtime_ns} {status.st_ctime_ns} {status.st_ino}"


def _write_files(output: Output, workshop: "Workshop", image: "StageImage") -> None:
    from minibuild.build.rootfs import write_directory, write_rootfs_tar  # archives don't need it

    snapshot = workshop.snapshot(image)
    workshop.emit(events.Progressed(f"exporting to {output.type}", 0, 0))
    if output.type == "local":
        store = os.path.realpath(workshop.store.root)
        if Path(os.path.realpath(output.destination)).is_relative_to(store):
            raise BuildError(f"can't write {output.destination}: the store is there")
        for problem in write_directory(snapshot, Path(output.destination)):
            workshop.emit(events.Warned(problem))
        return
    if output.destination == "-":
        write_rootfs_tar(snapshot, sys.stdout.buffer)
        sys.stdout.buffer.flush()
        return
    with destination_stream(Path(output.destination)) as out:
        write_rootfs_tar(snapshot, out)
