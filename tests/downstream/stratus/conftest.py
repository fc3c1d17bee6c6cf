from fakevirt import WorkItem
from fakevirt.conversion.known.shared import not_tracked, publisher


def pytest_fakevirt_work_items():
    return [WorkItem("leases", "Leases of servers")]


def pytest_fakevirt_scenarios():
    return ["stratus.scenarios"]


def pytest_fakevirt_releases():
    from stratus.releases import FIRST, SECOND

    return [FIRST, SECOND]


def pytest_fakevirt_allowances():
    return [*not_tracked("leases"), publisher("leases")]


def pytest_fakevirt_dict_forms():
    return {"Lease": {"server", "days", "renewed_by"}}
