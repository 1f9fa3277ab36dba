# Two images from one file: `screen` (Streamlit, no torch) and `engine` (service and worker, bundled models inside).
# Read by Docker's old builder as well as by BuildKit: no mounts, no here-documents, no remote syntax. The old builder
# makes every stage above its target, so the small image stands first.

ARG PYTHON_IMAGE=python:3.11-slim
# Nothing but what a lock names, by its SHA-256; nothing is compiled, for which pip would fetch what no lock names.
ARG LOCKED="--no-cache-dir --no-deps --require-hashes --only-binary :all:"

FROM ${PYTHON_IMAGE} AS base
ENV PATH=/opt/ospo/bin:$PATH PYTHONPATH=/srv/ospo PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
RUN groupadd --gid 10001 ospo && useradd --uid 10001 --gid ospo --no-create-home --home-dir /tmp ospo
WORKDIR /srv/ospo


FROM base AS screen-packages
ARG LOCKED
RUN python3 -m venv /opt/ospo
COPY requirements/screen.txt ./
RUN pip install $LOCKED --requirement screen.txt \
 && pip uninstall --yes pip setuptools

FROM base AS screen
COPY --from=screen-packages /opt/ospo /opt/ospo
COPY frontend frontend
RUN python3 -m compileall -q frontend
USER 10001:10001
EXPOSE 8501
CMD ["python", "-m", "frontend"]


FROM base AS engine-packages
ARG LOCKED
# Where torch comes from: the CPU builds by default. Empty is PyPI, whose Linux build needs an NVIDIA GPU to be of use.
ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu
RUN python3 -m venv /opt/ospo
COPY requirements/cpu.txt requirements/engine.txt requirements/cuda.txt requirements/models.txt ./
# Afterwards without what only a compiler reads: there is none in the image.
RUN (pip install $LOCKED ${TORCH_INDEX:+--index-url "$TORCH_INDEX"} --requirement cpu.txt || test -z "$TORCH_INDEX") \
 && pip install $LOCKED --requirement engine.txt --requirement models.txt \
 && if pip check | grep '^torch .* not installed'; then pip install $LOCKED --requirement cuda.txt; fi \
 && rm -rf /opt/ospo/lib/python3*/site-packages/torch/include /opt/ospo/lib/python3*/site-packages/torch/test

FROM base AS engine
COPY --from=engine-packages /opt/ospo /opt/ospo
# The project's name and version, and the ospo program; its code stands beside, where it can be read.
COPY pyproject.toml LICENSE ./
RUN touch README.md && pip install --no-cache-dir --no-deps --no-build-isolation . && rm -rf README.md build ./*.egg-info
COPY ospo_core ospo_core
COPY backend backend
# A named volume takes its owner from the folder that it covers.
RUN python3 -m compileall -q ospo_core backend && install -d -o ospo -g ospo -m 0750 /data /models
ENV OSPO_DATA_DIR=/data XDG_CACHE_HOME=/data/cache HF_HOME=/models HF_HUB_DISABLE_TELEMETRY=1
USER 10001:10001
EXPOSE 8000
CMD ["python", "-m", "backend"]
