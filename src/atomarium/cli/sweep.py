"""`atomarium sweep`: make study files of sweeps of other programs."""

from __future__ import annotations

from cyclopts import App

app = App(name="sweep", help="Make sweeps of those of other programs.")
app.command("atomarium.cli.sweep_import:import_sweep", name="import")
