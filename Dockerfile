# One image, roles by argument: `docker run -p 8000:8000 -v lectures:/data gnn-live` serves gateway and engine;
# `docker exec CONTAINER gnn-live link lecture2` prints the links with the instructor's key.
FROM python:3.12-slim AS requirements
# Only this list is taken over, so that a change of anything else in pyproject.toml installs nothing again.
COPY pyproject.toml ./
RUN python -c "import tomllib; t = tomllib.load(open('pyproject.toml', 'rb')); print(*t['build-system']['requires'], *t['project']['dependencies'], sep='\n')" > requirements.txt

FROM python:3.12-slim

RUN useradd --create-home --uid 10001 lecture && mkdir /data && chown lecture /data
WORKDIR /app

# What changes seldom comes first: torch, then the other dependencies, in the versions that were tested.
COPY tests/constraints.txt ./
# The CPU build of torch; a machine with a GPU builds with --build-arg TORCH_INDEX=https://download.pytorch.org/whl/cu130
ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu
RUN pip install --no-cache-dir --constraint constraints.txt --index-url "$TORCH_INDEX" torch==2.13.0
COPY --from=requirements /requirements.txt ./
RUN pip install --no-cache-dir --constraint constraints.txt --requirement requirements.txt

# What changes often: the program itself. Nothing is fetched for it.
COPY pyproject.toml README.md LICENSE ./
COPY models models
COPY static static
COPY server server
RUN pip install --no-cache-dir --no-deps --no-build-isolation .

USER lecture
# Every flag of the program may stand here after GNN_LIVE_; -e GNN_LIVE_LOG_FORMAT=json gives a JSON object a line.
ENV GNN_LIVE_DATA=/data GNN_LIVE_HOST=0.0.0.0 GNN_LIVE_PORT=8000 GNN_LIVE_LOG_FORMAT=text GNN_LIVE_LOG_LEVEL=info \
    OMP_WAIT_POLICY=PASSIVE PYTHONUNBUFFERED=1
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s \
    CMD ["python", "-c", "import os, urllib.request as u; u.urlopen(f'http://127.0.0.1:{os.environ[\"GNN_LIVE_PORT\"]}/readyz', timeout=2)"]
# The exec form: SIGTERM reaches the program itself, which drains for at most 4 seconds of Docker's 10.
STOPSIGNAL SIGTERM
ENTRYPOINT ["gnn-live"]
CMD ["serve"]
