"""Well-known packages of distributions and of language registries, as data, and their readers."""

from minibuild.catalogue.packages.table import Package, PackageFile, PackageTable, package_table

__all__ = ["Package", "PackageFile", "PackageTable", "package_table"]
