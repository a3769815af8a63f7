"""What keeps us from Admin, found out without writing anything: name, network, login, store."""

from reconciler.admin.doctor.examination import diagnose
from reconciler.admin.doctor.finding import Finding, Verdict

__all__ = ["Finding", "Verdict", "diagnose"]
