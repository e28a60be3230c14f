"""Connections that end when who is at their other end dawdles, so that nobody can hoard them."""

from __future__ import annotations

import asyncio
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

#: Seconds that a request may take to arrive in full.
SECONDS_TO_ASK = 10.0
#: Seconds in which some of an answer must be taken, and how many bytes of it at least.
SECONDS_TO_TAKE = 30.0
LEAST_BYTES_TAKEN = 65_536


class PromptClients(H11Protocol):
    """HTTP as uvicorn speaks it, with those alone who ask and listen at a steady pace.

    uvicorn ends connections on which nobody asks again, but waits without end for the rest of a
    request, or for an answer to be taken.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._asking: asyncio.TimerHandle | None = None
        self._taking: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a request."""
        super().connection_made(transport)
        # Whatever is not taken at once is watched; the default leaves 64 kB out.
        transport.set_write_buffer_limits(high=0)
        self._asking = self.loop.call_later(SECONDS_TO_ASK, transport.abort)

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no longer."""
        for waiting in (self._asking, self._taking):
            if waiting is not None:
                waiting.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Wait for the rest of a request, if there is one."""
        super().data_received(data)
        if self.conn.their_state in {h11.IDLE, h11.SEND_BODY}:
            if self._asking is None and not self.transport.is_closing():
                self._asking = self.loop.call_later(SECONDS_TO_ASK, self.transport.abort)
        elif self._asking is not None:
            self._asking.cancel()
            self._asking = None

    def pause_writing(self) -> None:
        """Begin to watch how an answer is taken."""
        super().pause_writing()
        self._watch_taking()

    def resume_writing(self) -> None:
        """Watch no longer: it was taken."""
        super().resume_writing()
        if self._taking is not None:
            self._taking.cancel()
            self._taking = None

    def _watch_taking(self) -> None:
        left = self.transport.get_write_buffer_size()
        self._taking = self.loop.call_later(SECONDS_TO_TAKE, self._end_unless_taken, left)

    def _end_unless_taken(self, left: int) -> None:
        if left - self.transport.get_write_buffer_size() < LEAST_BYTES_TAKEN:
            self.transport.abort()
        else:
            self._watch_taking()
