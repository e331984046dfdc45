"""Package managers and other programs that are played from the catalogue.

They take the real options, fail as the real ones do, and leave the traces that the real ones leave.
"""

from minibuild.programs.packages.toolchains import BINARY_TOOLS, COMPILERS

_PYTHONS = ("", "2", "3", "2.7", *(f"3.{minor}" for minor in range(4, 16)))

_PHPS = ("", "5", "7", "7.4", "8.1", "8.2", "8.3", "8.4", "81", "82", "83", "84")

# Module of this room → the names of the programs in it; a section of the registry's table.
PACKAGES: dict[str, str] = {
    "packages.apt_get": "apt-get apt aptitude",
    "packages.apk": "apk",
    "packages.alternatives": "update-alternatives alternatives",
    "packages.apt_tools": "apt-mark apt-key apt-cache apt-config add-apt-repository apt-add-repository",
    "packages.building": "make gmake cmake ctest cpack ninja samu meson autoconf autoreconf autoheader"
    " automake aclocal libtoolize libtool bison flex m4 swig pkg-config pkgconf scons qmake protoc ccache"
    " bazel gn waf"
    " java javac jar"
    " keytool jshell ldconfig update-ca-certificates update-ca-trust c_rehash scanelf lsb_release"
    " fc-cache crontab",
    "packages.cargo": "cargo rustc rustup rustdoc rustfmt",
    "packages.compilers": " ".join((*COMPILERS, *BINARY_TOOLS)),
    "packages.conda": "conda mamba micromamba fix-permissions",
    "packages.crossing": "xx-go xx-apk xx-apt xx-apt-get xx-cargo xx-cc xx-c++ xx-clang xx-clang++"
    " xx-pkg-config xx-info xx-verify xx-ld-shas xx-windres",
    "packages.curl": "curl",
    "packages.dpkg": "dpkg dpkg-query",
    "packages.dpkg_tools": "dpkg-architecture dpkg-buildflags dpkg-divert dpkg-statoverride dpkg-trigger"
    " dpkg-preconfigure dpkg-maintscript-helper debconf debconf-show debconf-communicate update-rc.d"
    " invoke-rc.d"
    " pam-auth-update update-passwd deb-systemd-helper deb-systemd-invoke update-initramfs"
    " update-mime-database"
    " update-desktop-database update-shells install-info update-icon-caches ischroot debconf-set-selections"
    " dpkg-reconfigure dpkg-buildpackage dpkg-source dpkg-scanpackages dpkg-checkbuilddeps debuild"
    " mk-build-deps"
    " dpkg-genchanges dpkg-parsechangelog dpkg-shlibdeps dpkg-gencontrol dh apt-ftparchive alien debootstrap"
    " apt-file",
    "packages.locales": "locale-gen localedef update-locale",
    "packages.git": "git",
    "packages.wget": "wget",
    "packages.gpg": "gpg gpg2 gpgv gpgconf gpg-agent gpg-connect-agent dirmngr gpgsm",
    "packages.php": " ".join(f"php{version}" for version in _PHPS)
    + " docker-php-ext-install docker-php-ext-configure docker-php-ext-enable docker-php-source pecl pear"
    " composer",
    "packages.maven": "mvn gradle ant sbt lein mill dotnet",
    "packages.pacman": "pacman pacman-key pacman-conf makepkg",
    "packages.rpm": "rpm",
    "packages.services": "systemctl service rc-service rc-update rc-status openrc chkconfig update-service sv"
    " supervisorctl journalctl loginctl hostnamectl timedatectl systemd-tmpfiles dbus-uuidgen a2enmod"
    " a2dismod"
    " a2ensite a2dissite a2enconf a2disconf lighty-enable-mod lighttpd-enable-mod apache2ctl apachectl"
    " nginx httpd"
    " apache2 php-fpm sshd redis-server postgres mysqld mariadbd",
    "packages.small_tools": "rsync file shasum tree cpanm cpan rpm-file-permissions"
    " prepare-yum-repositories tini dumb-init docker-init",
    "packages.version_tools": "docker dockerd docker-proxy docker-compose docker-buildx containerd ctr"
    " runc crun podman buildah skopeo buildctl buildkitd ffmpeg ffprobe ffplay sqlite3 jupyter"
    " jupyter-lab shfmt golangci-lint mkcert kubectl helm terraform consul vault aws gcloud az tailscale"
    " tailscaled prometheus alertmanager node_exporter blackbox_exporter coredns dnsmasq tor haproxy"
    " varnishd squid memcached mongod mongosh redis-cli psql mysql redis-sentinel gunicorn uvicorn"
    " celery flask django-admin supervisord chromium chromium-browser chromedriver google-chrome"
    " google-chrome-stable firefox firefox-esr microsoft-edge pwsh wp traefik caddy rabbitmq-server"
    " rabbitmqctl elasticsearch kibana logstash erl elixir mix iex ghc cabal stack julia R Rscript"
    " octave lua5.1 lua5.3 lua5.4 luajit nasm yasm valgrind strace gdb jupyter-notebook wine tesseract"
    " convert identify magick gs pdftotext pandoc dot ansible ansible-playbook yamllint shellcheck"
    " pyinstaller vagrant tinygo",
    "packages.yum": "yum dnf dnf-3 dnf5 microdnf zypper tdnf yum-config-manager dnf-config-manager"
    " subscription-manager yumdownloader package-cleanup",
    "packages.ruby": "ruby irb erb gem bundle bundler",
    "packages.go": "go gofmt",
    "packages.node": "node nodejs corepack",
    "packages.npm": "npm npx",
    "packages.yarn": "yarn yarnpkg pnpm pnpx",
    "packages.pip": " ".join(f"pip{version}" for version in _PYTHONS),
    "packages.python": " ".join(f"python{version}" for version in _PYTHONS),
}
