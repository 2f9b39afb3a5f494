# One image, roles by argument: `docker run -p 8000:8000 -v lectures:/data gnn-live` serves gateway and engine.
FROM python:3.12-slim

RUN useradd --create-home --uid 10001 lecture && mkdir /data && chown lecture /data
WORKDIR /app

# The CPU build of torch; a machine with a GPU builds with --build-arg TORCH_INDEX=https://download.pytorch.org/whl/cu130
ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu
RUN pip install --no-cache-dir --index-url "$TORCH_INDEX" torch==2.13.0

COPY pyproject.toml README.md ./
COPY server server
COPY models models
COPY static static
RUN pip install --no-cache-dir .

USER lecture
ENV GNN_LIVE_DATA=/data GNN_LIVE_HOST=0.0.0.0 OMP_WAIT_POLICY=PASSIVE PYTHONUNBUFFERED=1
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/readyz', timeout=2)"]
ENTRYPOINT ["gnn-live"]
CMD ["serve"]
