"""One world: a database, a conductor, compute hosts with their drivers, and the services behind them."""

from fakevirt.cloud.cloud import Cloud
from fakevirt.cloud.factories import DriverFactory, DriverParts, ManagerFactory
from fakevirt.cloud.world import Host

__all__ = ["Cloud", "DriverFactory", "DriverParts", "Host", "ManagerFactory"]
