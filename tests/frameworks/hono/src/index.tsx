import { Hono } from "hono";

const app = new Hono();
const Page = ({ title, children }) => (
	<html>
		<head>
			<title>{title}</title>
			<script type="module" src="/static/client.js" />
		</head>
		<body>{children}</body>
	</html>
);

app.get("/", (c) => c.html(<Page title="Home"><a href="/posts/1">A post</a></Page>));
app.get("/posts/:id", (c) => c.html(<Page title={`Post ${c.req.param("id")}`}>Hello, {c.env.GREETED}</Page>));
app.get("/api/time", (c) => c.json({ path: c.req.path, query: c.req.query() }));
app.post("/api/echo", async (c) => c.json(await c.req.json()));

export default app;
