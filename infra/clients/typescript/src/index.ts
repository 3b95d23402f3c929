// The API's client: openapi-fetch over the types generated from the OpenAPI document, with login, and with keys that make
// repeating a request harmless.

import createClient, { type Client, type Middleware } from "openapi-fetch";

import type { components, paths } from "./api.js";

export type { components, operations, paths } from "./api.js";

/** A document or input of the API by its name in the documentation: `Schema<"JobCardView">`. */
export type Schema<Name extends keyof components["schemas"]> = components["schemas"][Name];

/** What `expand=` adds, which depends on the request: `With<Schema<"JobCardView">, { customer: Schema<"CustomerView"> }>`. */
export type With<Document, Relations extends object> = Document & Partial<Relations>;

/** An unsuccessful answer as an error; `body.code` is for programs, `body.errors` names the fields. */
export class DmsError extends Error {
  constructor(readonly body: Schema<"ErrorBody">) {
    super(`${body.status} ${body.code}: ${body.message}`);
    this.name = "DmsError";
  }
}

type Answer<Body> = { data?: Body; error?: unknown; response: Response };

/** The answer's body, or its error thrown. */
export async function ok<Body>(answer: Promise<Answer<Body>>): Promise<Body> {
  const { data, error, response } = await answer;
  if (response.ok && data !== undefined) return data;
  // A gateway's own errors have another form.
  const fallback = { message: response.statusText, code: "UNKNOWN", status: response.status, errors: {}, requestId: "" };
  throw new DmsError({ ...fallback, ...(typeof error === "object" ? error : {}) });
}

export interface Dms {
  /** Every route, typed: `api.GET("/api/job-cards", { params: { query: { limit: 5 } } })`. */
  api: Client<paths>;
  /** Begins a session. Its access token is renewed by itself for the seven days the session lasts. */
  login(email: string, password: string): Promise<Schema<"Tokens">["user"]>;
  /** Ends the session. */
  logout(): Promise<void>;
}

export interface DmsOptions {
  /** Where the API is, without `/api`. */
  baseUrl: string;
  /** Another `fetch`: for tests, proxies, retries. */
  fetch?: (request: Request) => Promise<Response>;
}

/** Seconds before its end at which an access token is renewed. */
const RENEW_BEFORE_SECS = 30;

/** A client of the API at this address. */
export function connect(options: DmsOptions): Dms {
  const api = createClient<paths>(options);
  let session: { access: string; refresh: string; renewAtMs: number } | undefined;
  let renewing: Promise<void> | undefined;

  function keep(tokens: Schema<"Tokens">): void {
    const renewAtMs = Date.now() + (tokens.expiresIn - RENEW_BEFORE_SECS) * 1000;
    session = { access: tokens.accessToken, refresh: tokens.refreshToken, renewAtMs };
  }

  async function renew(refreshToken: string): Promise<void> {
    keep((await ok(api.POST("/api/auth/refresh", { body: { refreshToken } }))).data);
  }

  const middleware: Middleware = {
    async onRequest({ request, schemaPath }) {
      if ((request.method === "POST" || request.method === "PATCH") && !request.headers.has("Idempotency-Key")) {
        request.headers.set("Idempotency-Key", crypto.randomUUID());
      }
      if (schemaPath === "/api/auth/login" || schemaPath === "/api/auth/refresh" || !session) return request;
      if (Date.now() >= session.renewAtMs) {
        // Once for all requests that wait: a refresh token is good for one use.
        renewing ??= renew(session.refresh).finally(() => (renewing = undefined));
        await renewing;
      }
      request.headers.set("Authorization", `Bearer ${session.access}`);
      return request;
    },
  };
  api.use(middleware);

  return {
    api,
    async login(email, password) {
      const { data } = await ok(api.POST("/api/auth/login", { body: { email, password } }));
      keep(data);
      return data.user;
    },
    async logout() {
      await ok(api.POST("/api/auth/logout"));
      session = undefined;
    },
  };
}
