// A worker that uses what workers use: a router, validation, a database, tokens, GraphQL, payments, effects and markup.

import { Hono } from "hono";
import { cors } from "hono/cors";

import { database } from "./database.ts";
import { effects } from "./effects.ts";
import { graphql } from "./graphql.ts";
import { markup } from "./markup.ts";
import { payment } from "./payment.ts";
import { token } from "./token.ts";
import { validate } from "./validate.ts";

const app = new Hono().use(cors());
app.get("/database", async (context) => context.json(await database()));
app.get("/effects/:number", async (context) => context.json(await effects(context.req.param("number"))));
app.all("/graphql", (context) => graphql(context.req.raw));
app.get("/markup/:name", (context) => context.html(markup(context.req.param("name"))));
app.get("/payment", async (context) => context.json(await payment()));
app.get("/token", async (context) => context.json(await token()));
app.post("/validate", async (context) => context.json(validate(await context.req.json())));

export default app;
