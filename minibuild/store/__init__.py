"""What lasts: content-addressed blobs, images and their names, the build cache. Start with `Store.open`."""

from minibuild.store.cache import CacheRecord
from minibuild.store.errors import StoreError
from minibuild.store.images import ImageRecord
from minibuild.store.store import Store

__all__ = ["CacheRecord", "ImageRecord", "Store", "StoreError"]
