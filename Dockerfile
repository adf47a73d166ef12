# syntax=docker/dockerfile:1

# The image of the gateway. Build it for both kinds of processors with:
#   docker buildx build --platform linux/amd64,linux/arm64 --tag flair-graphql-gateway .
# deploy/README.md explains how to run it.

ARG NODE_IMAGE=node:24-bookworm-slim

# The build: JavaScript, the same for every processor, so it runs on that of the build machine.
FROM --platform=$BUILDPLATFORM ${NODE_IMAGE} AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN --mount=type=cache,target=/root/.npm npm ci --ignore-scripts
COPY . .
RUN npm run build

# The packages that the gateway needs, for the processor of the image.
FROM ${NODE_IMAGE} AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN --mount=type=cache,target=/root/.npm npm ci --ignore-scripts --omit=dev

FROM ${NODE_IMAGE}
LABEL org.opencontainers.image.title="Flair GraphQL gateway" \
      org.opencontainers.image.description="A GraphQL gateway for the Flair AI Custom Model API" \
      org.opencontainers.image.licenses="MIT"
WORKDIR /app
COPY package.json LICENSE ./
COPY --from=packages /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist

# The gateway writes only here and to /tmp; with SECRET and REDIS_URL, only to /tmp.
RUN install -d -o 1000 -g 1000 .data
VOLUME /app/.data

# The user `node`. As a number, because Kubernetes cannot verify that a name is not root.
USER 1000:1000
ENV NODE_ENV=production HOST=0.0.0.0
EXPOSE 4000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --start-interval=1s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT || 4000}/health`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]

# Without a shell or npm in between, so that the gateway receives the signals itself.
CMD ["node", "dist/main.js"]
