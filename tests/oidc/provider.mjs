// A real OpenID Connect provider on loopback, for tests/it/oidc: anybody signs in as whoever they say they are.
//
// Its first argument is the client as JSON. It writes its issuer as one line, and ends when its standard input closes: with
// the test that started it, however that ends.
import { createServer } from "node:http";

import Provider from "oidc-provider";

const client = JSON.parse(process.argv[2]);

const server = createServer();
server.listen(0, "127.0.0.1", () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [{ grant_types: ["authorization_code"], response_types: ["code"], ...client }],
    cookies: { keys: ["only for tests on loopback"] },
    // Everybody has the same address: it must not count.
    findAccount: (_context, id) => ({
      accountId: id,
      claims: () => ({ sub: id, email: "eva@kurve.nl", email_verified: true }),
    }),
    pkce: { required: () => true },
    features: { devInteractions: { enabled: true }, rpInitiatedLogout: { enabled: true } },
  });
  server.on("request", provider.callback());
  process.stdout.write(`${issuer}\n`);
});

process.stdin.resume();
process.stdin.on("end", () => process.exit(0));
