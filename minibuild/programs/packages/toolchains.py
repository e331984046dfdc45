"""The names of compilers and binary tools, also for other machines."""

_COMPILERS = "gcc g++ cc c++ clang clang++ gfortran c99 c89 cpp musl-gcc tcc gdc ldc2"
_VERSIONED = [
    f"{name}-{number}" for name in ("gcc", "g++", "clang", "clang++", "gfortran") for number in range(4, 21)
]
_CROSS = [
    f"{target}-{tool}"
    for target in (
        "x86_64-linux-gnu", "aarch64-linux-gnu", "arm-linux-gnueabihf", "arm-linux-gnueabi", "i686-linux-gnu",
        "riscv64-linux-gnu", "s390x-linux-gnu", "powerpc64le-linux-gnu", "mips64el-linux-gnuabi64",
        "mips64-linux-gnuabi64", "loongarch64-linux-gnu", "x86_64-alpine-linux-musl",
        "x86_64-w64-mingw32", "i686-w64-mingw32",
    )
    for tool in ("gcc", "g++", "cc")
]  # fmt: skip
COMPILERS = (*_COMPILERS.split(), *_VERSIONED, *_CROSS)
_TOOLS = [
    f"{prefix}{tool}"
    for prefix in (
        "", "x86_64-linux-gnu-", "aarch64-linux-gnu-", "arm-linux-gnueabihf-", "i686-linux-gnu-",
        "riscv64-linux-gnu-", "s390x-linux-gnu-", "powerpc64le-linux-gnu-", "mips64el-linux-gnuabi64-",
        "mips64-linux-gnuabi64-", "loongarch64-linux-gnu-", "x86_64-w64-mingw32-",
    )
    for tool in ("as", "ld", "ar", "ranlib", "strip", "objcopy", "nm", "objdump", "readelf", "size")
]  # fmt: skip
BINARY_TOOLS = (
    *(tool for tool in _TOOLS if tool != "ar"),  # which is implemented, not played
    "ld.gold",
    "ld.lld",
    "lld",
    "ld.bfd",
    "gcc-ar",
    "gcc-ranlib",
    "gcc-nm",
    "llvm-ar",
    "llvm-strip",
)
