# The image that submissions are graded in. ci/image fills in the arguments; docs/image.md tells the rest.
#
#   GPU: docker build -t gradus:0.1.0 .
#   CPU: docker build -t gradus:0.1.0 --build-arg BASE_IMAGE=debian:bookworm-slim --build-arg TORCH=cpu .
#
# Nothing in here needs BuildKit.

ARG BASE_IMAGE=nvidia/cuda:13.0.2-runtime-ubuntu24.04

# Two builds make the same layers. So nothing that the base has is deleted (that would be noted, with the time), and what
# is copied comes with the folders that it goes into.

# ── what all later stages stand on: Python 3.11 or newer, and the user ──────────────────────────────────────────────
FROM ${BASE_IMAGE} AS python
ARG SOURCE_DATE_EPOCH=1767225600
RUN set -eu; touch /started; \
    if ! python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
        apt-get update -qq; \
        DEBIAN_FRONTEND=noninteractive apt-get install -qq --no-install-recommends python3 >/dev/null; \
    fi; \
    echo 'gradus:x:10001:10001::/nonexistent:/usr/sbin/nologin' >> /etc/passwd; \
    echo 'gradus:x:10001:' >> /etc/group; \
    rm -rf /var/lib/apt/lists/* /var/cache/apt/*.bin; \
    find /var/log /var/cache/ldconfig -type f -newer /started -exec truncate -s 0 {} +; \
    find / -xdev -newer /started ! -path '/proc/*' ! -path '/sys/*' -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +; \
    rm /started

# ── the packages of the lock files; pip, certificates and settings of the building machine stay behind ──────────────
FROM python AS packages
RUN apt-get update -qq; \
    DEBIAN_FRONTEND=noninteractive apt-get install -qq --no-install-recommends python3-venv >/dev/null
COPY ci/image-input/ /input/
COPY ci/*.lock /locks/
ARG TORCH=cuda
ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu
ARG SOURCE_DATE_EPOCH=1767225600
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
# The lock files hold everything, so pip resolves nothing: it fetches what is named there, and compares. torch brings its
# own tests and the headers to compile against it, a quarter of its size, of no use where there is no compiler.
RUN set -eu; \
    if [ -e /input/ca.crt ]; then export PIP_CERT=/input/ca.crt; fi; \
    if [ -e /input/pip.conf ]; then export PIP_CONFIG_FILE=/input/pip.conf; fi; \
    if [ -d /input/wheels ]; then export PIP_FIND_LINKS=/input/wheels; fi; \
    if [ "$TORCH" = cpu ] && [ ! -d /input/wheels ]; then export PIP_EXTRA_INDEX_URL="$TORCH_INDEX"; fi; \
    python3 -m venv /build; \
    mkdir -p /packages/opt; mv /opt /opt.of-base; ln -s /packages/opt /opt; \
    python3 -m venv --without-pip /opt/gradus; \
    /build/bin/pip install --quiet --no-deps --only-binary :all: --require-hashes -r /locks/image-build.lock; \
    /build/bin/pip --python /opt/gradus/bin/python install --quiet --no-deps --only-binary :all: --no-compile \
        --require-hashes -r /locks/image.lock -r "/locks/torch-$TORCH.lock"; \
    torch=$(echo /opt/gradus/lib/python3*/site-packages/torch); \
    rm -rf "$torch/include" "$torch/test"; find "$torch/bin" -type f ! -name torch_shm_manager -delete; \
    /opt/gradus/bin/python -I -m compileall -qf --invalidation-mode unchecked-hash -x /testing/_internal/ /opt/gradus/lib; \
    find /packages -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +

# ── the kit's own wheel, installed to a folder of its own ───────────────────────────────────────────────────────────
FROM packages AS kit
COPY pyproject.toml README.md LICENSE /src/
COPY autograder /src/autograder/
ARG SOURCE_DATE_EPOCH=1767225600
RUN set -eu; export SOURCE_DATE_EPOCH; \
    /build/bin/pip wheel --quiet --no-deps --no-index --no-build-isolation --wheel-dir /dist /src; \
    /build/bin/pip --python /opt/gradus/bin/python install --quiet --no-deps --no-index --no-compile --prefix /kit/opt/gradus \
        /dist/*.whl; \
    rm -f /kit/opt/gradus/lib/python3*/site-packages/*/direct_url.json; \
    /opt/gradus/bin/python -I -m compileall -qf --invalidation-mode unchecked-hash -s /kit -p / /kit/opt; \
    find /kit -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +

# ── what submissions are graded in ──────────────────────────────────────────────────────────────────────────────────
FROM python
COPY --from=packages /packages/ /
COPY --from=kit /kit/ /
ENV PATH=/opt/gradus/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    LANG=C.UTF-8 PYTHONDONTWRITEBYTECODE=1
USER 10001:10001
WORKDIR /tmp
ENTRYPOINT []
CMD ["gradus", "--help"]
ARG TORCH=cuda
ARG TORCH_VERSION=
ARG VERSION=
ARG STAMP=
LABEL org.opencontainers.image.title="Gradus" \
      gradus.version="${VERSION}" gradus.stamp="${STAMP}" gradus.torch="${TORCH_VERSION}" gradus.flavour="${TORCH}"
