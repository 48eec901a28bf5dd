import { Hono } from "hono";

const app = new Hono<{ Bindings: { GREETED: string; ASSETS: Fetcher } }>();

app.get("/posts/:id", (c) => c.html(<h1>Post {c.req.param("id")}, {c.env.GREETED}</h1>));
app.get("/api/time", (c) => c.json({ path: c.req.path, query: c.req.query() }));
app.post("/api/echo", async (c) => c.json(await c.req.json()));
app.get("/lazy", async (c) => c.text((await import("./lazy")).text));

export default app;
