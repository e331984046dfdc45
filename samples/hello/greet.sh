#!/bin/sh
# Say hello to whoever the image was built for.
echo "${GREETING:-Hello!}"
