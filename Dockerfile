# One image for api, worker and migrations; the command tells which.
FROM node:22-slim AS assets
WORKDIR /app/api/web/builder
COPY api/web/builder/package.json api/web/builder/package-lock.json api/web/builder/.npmrc ./
RUN npm ci --no-audit --no-fund
COPY api/web /app/api/web
RUN npm run build

FROM python:3.11-slim
# What WeasyPrint draws with.
RUN apt-get update \
    && apt-get install -y --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY pyproject.toml requirements.lock ./
RUN pip install --no-cache-dir uv==0.13.9 \
    && uv pip install --system --no-cache --constraint requirements.lock --requirement pyproject.toml
COPY models models
COPY api api
COPY activities activities
COPY workflows workflows
COPY --from=assets /app/api/web/static/dist api/web/static/dist
RUN useradd --create-home --uid 10001 studio && mkdir /data && chown studio /data
USER studio
VOLUME /data
ENV PYTHONUNBUFFERED=1
EXPOSE 8000
CMD ["python", "-m", "api"]
