"""
The families of drawn models. A family is a function of a random generator that returns a finished Graph; a name ends up in the case's id.
Draws that fall outside what the format allows are repeated inside the family; draws that a runtime refuses are kept, and reported.
Every file of this folder has its own table, FAMILIES.
"""

import importlib
import pkgutil

FAMILIES = {}
for module in sorted(info.name for info in pkgutil.iter_modules(__path__)):
    FAMILIES |= importlib.import_module(f"families.{module}").FAMILIES
