# syntax=docker/dockerfile:1
# Koppelklaar in an image without a shell, as a user without rights. docs/operate.md says how it is run.

FROM rust:1.95-bookworm AS build
WORKDIR /src
COPY Cargo.toml Cargo.lock ./
COPY benches benches
COPY entity entity
COPY migration migration
COPY optie-b optie-b
COPY src src
COPY templates templates
RUN cargo build --release --locked && mkdir /data

FROM gcr.io/distroless/cc-debian12:nonroot
COPY --from=build /src/target/release/koppelklaar /usr/local/bin/koppelklaar
COPY --from=build --chown=65532:65532 --chmod=700 /data /var/lib/koppelklaar
# Without KOPPELKLAAR_DATABASE_URL the database, its keys and the mails are here.
WORKDIR /var/lib/koppelklaar
VOLUME /var/lib/koppelklaar
# What one thread gave back is used by the next, instead of kept for it: a tenth less memory.
ENV KOPPELKLAAR_LISTEN=0.0.0.0:8080 KOPPELKLAAR_LOG_FORMAT=json MALLOC_ARENA_MAX=2
USER 65532:65532
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=5s --start-period=2m CMD ["koppelklaar", "health"]
ENTRYPOINT ["koppelklaar"]
CMD ["serve", "--migrate"]
