"""What programs say in either family: transcripts, kept as people would read them. They agree with the real
programs.
"""

import shlex

import pytest
from programs_machine import ProgramMachine

from minibuild.filesystem import Credentials

ALICE = Credentials(1000, 1000, (1000,))
COPYING = """
touch a
cp -l a hard
cp -s /w/a soft
cp -n /etc/passwd a
cp -u /etc/passwd a
cp -u a /tmp/passwd
mkdir -m 0 closed
mkdir d
cp -v a d
cp -rv d e
cp -r d a
cp --parents d/a e
cp --remove-destination a soft
cp -T a d
cp -p a p
cp -t d hard soft
ln -s a l
cp -d l d/l
cp -f l d/l
mkfifo pipe
cp -r pipe pipe2
mv -v a b
mv -t d b p
mv -T e d
mv -u d/b x
mv d x
mv x x/y
"""
REFUSED = """
cp /etc/shadow x
cp /etc/passwd /etc/x
cp -p /etc/passwd mine
cp -r /root r
mv /etc/passwd mine
rm /etc/passwd
rm -rf /etc/skel
rmdir /etc
mkdir /etc/x
mkdir -p /root/a/b
touch /etc/x
touch /etc/passwd
ln -s a /etc/x
ln /etc/passwd p
chmod 777 /etc/passwd
chown 1000 /etc/passwd
chgrp 1000 /etc/passwd
chown -R alice /root
install /etc/passwd /etc/x
install -o root /etc/passwd mine
install -d /etc/x
mkfifo /etc/p
mknod n c 1 3
mktemp /etc/x.XXXXXX
truncate -s 1 /etc/passwd
ls /root
ls -R /root
du /root
cat /etc/shadow
head /etc/shadow
tail /etc/shadow
wc /etc/shadow
sha256sum /etc/shadow
cksum /etc/shadow
sum /etc/shadow
base64 /etc/shadow
dd if=/etc/shadow
dd if=/dev/null of=/etc/x
tee /etc/x
stat /root/x
readlink -f /root/x
realpath /root/x
nice -n -5 true
chroot / true
su root
unlink /etc/passwd
link /etc/passwd x
"""
LINKS = """
touch a b
ln a a
ln -b a b
ln -sb x b
ln -S .old -s y b
mkdir d
ln -t d a b
ln -s -t d z
ln -t nope a
ln -v a hard
ln -sv a soft
ln -sr d/a rel
ln -L soft deep
link a other
link a other
unlink other
unlink other
readlink -e soft
readlink -m x/y/../z
readlink -n soft rel
realpath soft nope d
realpath -e nope
realpath -m x/y
realpath -s soft
rm -v soft rel
rm -d d
rm -rv d
rm -i a
"""
LISTS = """
mkdir d
touch -d "2020-01-02 03:04:05" d/a.txt d/b.c d/c~ d/.h
chmod 755 d/b.c
ln -s a.txt d/l
touch -h -d "2020-01-02 03:04:05" d/l
mkfifo d/p
touch -d "2020-01-02 03:04:05" d/p d
ls -m d
ls -Q d
ls -B d
ls -X d
ls -U1 d
ls -t d/a.txt d/b.c
ls -s d/a.txt
ls -sh d/a.txt
ls -ln d
ls -lg d
ls -lo d
ls -lh d/a.txt
ls -l /dev/null
ls -lL d/l
ls -LR d
ls -H d/l
ls -lF d
ls -p d
ls -C -w 8 d
ls -x -w 8 d
ls --color=always d
ls -l --full-time d/a.txt
ls --time-style=+%Y -l d/a.txt
ls -lr d
ls -f d
ls -d d nope
stat -c %N%n d/l
stat -f -c "%s %T" d
stat -L -c %F d/l
stat -c "%10s|%-5a|%05u|%q" d/a.txt
stat /dev/null
df -T
df -h
df -i
df -P
df -m /w
du -a d
du -h d
du -sk d
du -L d
du -c nope d
"""
NUMBERS = """
od -t x2 f
od -t f4 f
od -t a f
od -t o1 f
od -A n -c f
od -A x -t x1 f
od -A z f
od -t q f
od -t x3 f
od -w3 -t x1 f
od -j 2 -N 3 -c f
od -j 99 f
od -v -t d1 f f
od nope f
hexdump f
hexdump -b f
hexdump -c f
hexdump -d f
hexdump -o f
hexdump -x f
hexdump -n 3 -s 1 -C f
hexdump -e '2/1 "%02x " "\\n"' f
hexdump -e '1/4 "%08d\\n"' f
hexdump -e '"%_p"' f
hexdump -e '"%_u\\n"' f
hexdump -e '"zz' f
hexdump nope
xxd -g 1 f
xxd -c 4 f
xxd -u -p f
xxd -i f
xxd -s 2 -l 2 f
cat -n f
cat -b f
cat -vET f
cat -s f
wc f f
wc -lw f
wc -L f f
head -n 1 -v f
tail -n 1 -v f
head -c 2 f f
tail -c +3 f
sum -s f
sum f
cksum f nope
split f
factor 60 x
expr 2 \\* 3
expr \\( 1
expr 1 2
expr length
seq 1 x
seq 1 2 3 4
seq -f %.2f 2
seq -s - -w 9 11
basename a b c
basename
dirname
base64 -d f
"""
RUNNERS = """
env -z
env -i A=1
env -C /nope true
env -i
nice
nice -n x true
nice true
nohup
setsid
ionice
ionice -c 2 true
stdbuf
stdbuf -oL true
renice 1 1
renice x
renice 1 999
taskset -p 1
taskset 1
chrt -m
chrt 1
setarch x86_64 true
timeout
timeout 1
sleep
usleep
usleep x
time
watch
flock
flock 9
flock -u 1
which
which nope
run-parts
mountpoint /nope
mountpoint /tmp
umount
umount /nope
umount /tmp
mount -a
sync nope
nproc --ignore=x
uname -z
hostname -d
dnsdomainname
hostname -i
hostid
uname -a
dmesg
sysctl -n a.b
sysctl -e a.b
lscpu
free
free -m
getconf
getconf NOPE
getconf CHILD_MAX
getconf -a
locale charmap
locale -m
tty
tty -s
stty
reset
tput cols
tput sgr0
logname
who -H
users
groups nope
whoami
id -n
ps -o pid=,comm=
ps -o ppid,user,uid,group,stat,tty,vsz,nice,args
ps -ef
top -b
pidof
pgrep
pgrep [
killall
killall -s ZZ x
fuser
fuser /etc/passwd
gosu
gosu --version
su-exec nobody
setpriv -d
setpriv
setpriv --reuid=nope true
setpriv --reuid=5 --regid=6 --groups=7,8 id
sudo -V
sudo
sudo -l
start-stop-daemon
start-stop-daemon -S -x /nope
start-stop-daemon -K -n nope
start-stop-daemon -K -o -n nope
start-stop-daemon -T -n nope
getopt
getopt -T
ldd
ldd /bin
ldd --version
openssl
openssl dgst
openssl rand
openssl rand -hex x
openssl base64 -z
openssl passwd -1 -salt ab cd
openssl version -a
ip
ip link
ip neigh
ifconfig
ifconfig eth9
cal 1 2000
cal -j 1 2000
date -I=zz
date +%s +%s
date -f dates
date -d "2020-01-02 03:04:05" -Ins
date -u -D "%b %d %Y %H:%M" -d "Mar 04 2021 05:06" +%F.%T
"""

ACCOUNTS = """
addgroup
addgroup team
addgroup -g 77 other
adduser --gid 77 --home /srv/h --shell /bin/zsh --disabled-password --gecos G hal
adduser -D -h /srv/h -G other hal
adduser hal team
adduser hal nope
adduser nope team
addgroup hal team
adduser --system --group --home /var/lib/svc svc
adduser --system --ingroup other --no-create-home svc2
adduser --system --uid 150 svc3
adduser -S -H -G other svc4
adduser Bad!
adduser --disabled-login x y z
adduser --group team
adduser -D -u 99999 big
deluser hal team
deluser hal nope
delgroup hal other
delgroup team
deluser svc
groupadd
groupadd -g x y
groupadd -r sys1
groupadd -K GID_MIN=2000 two
groupadd bad:name
groupadd -g 77 dup
groupadd -o -g 77 dup
groupmod -n two two
groupmod -n three two
groupmod -g 2001 three
groupmod -n root three
groupmod -g 0 three
groupmod nope
groupdel three
groupdel
gpasswd -a daemon other
gpasswd -d root other
gpasswd -a daemon nope
useradd
useradd -D
useradd -M -N u1
useradd -m -k /etc/skel -b /srv u2
useradd -u 5 low
useradd -r -u 5000 high
useradd -g x y
useradd -o -u 5 low2
useradd -K UID_MIN=3000 u3
useradd -p hash -e 2030-01-01 -f 10 u4
useradd -s /bin/nope u5
useradd -m u2
usermod
usermod u2
usermod -a u2
usermod -g other u2
usermod -g nope u2
usermod -u 0 u2
usermod -u 4000 -g daemon u2
usermod -p new u2
usermod -L u2
usermod -U u2
usermod -l u22 u2
usermod -l root u1
usermod -aG other,daemon u22
usermod -rG other u22
usermod -d /srv/moved -m u22
usermod -c Comment -s /bin/sh u22
userdel u1
userdel -r u22
userdel -f u3
passwd -S u4
passwd -e u4
passwd -x 90 u4
passwd -q -l u4
passwd -u u4
passwd nope
passwd u4
chpasswd -c md5
mkpasswd -S ab -m sha256 pw
mkpasswd -m zz pw
chsh -s /bin/sh u4
chsh -s /bin/nope u4
chsh nope
chage
chage -l u4
chage -E -1 u4
newusers list
newusers nope
getent
getent passwd
getent group daemon nope
getent hosts
getent ahosts localhost
getent services http
nologin
"""


def transcript(machine, commands, **options):
    """Each command as a line that was typed, followed by what came of it."""
    pieces = []
    for line in commands.strip().splitlines():
        ran = machine.run(shlex.split(line), **options)
        said = ran.err.partition("BusyBox v1.35.0")
        err = said[0] + ("(usage)\n" if said[1] else "")
        pieces.append(f"$ {line}\n{ran.out}{''.join(f'! {text}' for text in err.splitlines(keepends=True))}")
        if ran.status:
            pieces.append(f"[{ran.status}]\n")
    text = "".join(piece if piece.endswith("\n") else piece + "\n" for piece in pieces)
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


@pytest.mark.parametrize("flavour", ["busybox", "gnu"])
@pytest.mark.parametrize(
    ("name", "user"),
    [
        ("COPYING", None),
        ("REFUSED", ALICE),
        ("LINKS", None),
        ("LISTS", None),
        ("NUMBERS", None),
        ("RUNNERS", None),
        ("ACCOUNTS", None),
    ],
)
def test_transcripts(flavour, name, user, snapshot):
    machine = ProgramMachine(flavour)
    machine.filesystem.mkdir("/etc/skel")
    machine.filesystem.write_file("/w/f", b"ab\tc\n\n\n\xffz\n")
    machine.filesystem.write_file("/w/dates", b"2020-01-01\n2020-02-02\n")
    machine.filesystem.view().chmod("/w/f", 0o666)
    machine.filesystem.write_file("/w/list", b"n1:pw::::/srv/n1:/bin/sh\nwrong\n")
    machine.filesystem.write_file("/etc/hosts", b"127.0.0.1 localhost\n# comment\n")
    machine.filesystem.write_file("/etc/services", b"http 80/tcp www\n")
    machine.filesystem.write_file("/etc/skel/.config/x", b"x")
    machine.filesystem.symlink("/etc/skel/link", ".config/x")
    assert transcript(machine, globals()[name], user=user) == snapshot
