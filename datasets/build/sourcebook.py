"""Collect the sources that the tables cite."""

from dataclasses import dataclass, field, replace

import publishers
from citations import resolve, split
from sources import UNDATED, UNSOURCED, Source, digest
from tabular import Row
from wording import join_notes


@dataclass(slots=True)
class SourceBook:
    """All sources cited by the tables built so far."""

    sources: dict[str, Source] = field(default_factory=dict)

    def add(self, *sources: Source) -> list[str]:
        """Register sources and return their identifiers, each once."""
        return list(dict.fromkeys(self._register(source) for source in sources))

    def cite(self, *cells: str, also: tuple[Source, ...] = ()) -> str:
        """Resolve the citations of some cells into the text of a ``sources`` cell."""
        cited = [
            source for cell in cells for text in split(cell) for source in resolve(text)
        ]
        identifiers = self.add(*cited, *also) or self.add(UNSOURCED)
        return "; ".join(identifiers)

    def confidence(self, claimed: str, cell: str) -> str:
        """Return the confidence of a row: low where no citation names a source.

        A row that no reader can check is low, however sure its author was.
        """
        kinds = {self.sources[name].kind for name in cell.split("; ")}
        return "low" if kinds == {publishers.NONE} else claimed

    def rows(self) -> list[Row]:
        """Return the rows of ``sources.csv`` in order of identifier."""
        return [self.sources[name].row() for name in sorted(self.sources)]

    def _register(self, source: Source) -> str:
        known = self.sources.get(source.source_id)
        if known and known.url != source.url and source.url and known.url:
            # Two addresses under one name: keep both apart by the address.
            other = f"{source.source_id}-{digest(source.url)}"
            return self._register(replace(source, source_id=other))
        if known:
            notes = join_notes(known.notes, source.notes)
            dated = source if known.title.endswith(UNDATED) else known
            source = replace(dated, url=known.url or source.url, notes=notes)
        self.sources[source.source_id] = source
        return source.source_id
