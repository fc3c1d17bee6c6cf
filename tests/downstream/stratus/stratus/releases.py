"""The releases of Stratus: Kilo's objects, with leases of one version and the next."""

import dataclasses

from fakevirt.releases import KILO

FIRST = dataclasses.replace(KILO, name="first", service_version=11, objects={**KILO.objects, "Lease": "1.0"})
SECOND = dataclasses.replace(FIRST, name="second", service_version=12, objects={**KILO.objects, "Lease": "1.1"})
