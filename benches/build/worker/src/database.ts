import { and, desc, eq, gt, sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import { QueryBuilder, pgTable, serial, varchar } from "drizzle-orm/pg-core";
import { index, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";

const users = sqliteTable(
	"users",
	{ id: integer("id").primaryKey(), name: text("name").notNull(), at: integer("at", { mode: "timestamp" }) },
	(table) => [index("by_name").on(table.name)],
);
const posts = sqliteTable("posts", {
	id: integer("id").primaryKey(),
	author: integer("author").references(() => users.id),
	body: text("body", { mode: "json" }),
});
const audit = pgTable("audit", { id: serial("id").primaryKey(), what: varchar("what", { length: 80 }) });

export async function database() {
	const asked: unknown[] = [];
	const statement = {
		raw: async () => [[1, "ann", 4, 5, 1, "[6]"]],
		all: async () => ({ results: [] }),
	};
	const client = {
		prepare: (query: string) => ({
			bind: (...values: unknown[]) => {
				asked.push([query, values]);
				return statement;
			},
		}),
	};
	const db = drizzle(client as never);
	const rows = await db
		.select()
		.from(users)
		.where(and(eq(users.name, "ann"), gt(users.id, 2)))
		.leftJoin(posts, eq(posts.author, users.id))
		.orderBy(desc(users.id));
	const update = db.update(users).set({ name: sql`upper(${users.name})` }).toSQL();
	const select = new QueryBuilder().select().from(audit).where(eq(audit.what, "build")).toSQL();
	return { asked, rows, update, select };
}
