import { createSchema, createYoga } from "graphql-yoga";

const typeDefs = `
	type Query {
		hello(name: String!): String
		users(first: Int = 2): [User!]!
	}
	type User {
		id: ID!
		name: String!
	}
`;
const resolvers = {
	Query: {
		hello: (_: unknown, { name }: { name: string }) => `Hello, ${name}`,
		users: (_: unknown, { first }: { first: number }) =>
			Array.from({ length: first }, (_, id) => ({ id, name: `user ${id}` })),
	},
};
const yoga = createYoga({ schema: createSchema({ typeDefs, resolvers }), logging: false });

export const graphql = (request: Request) => yoga.fetch(request);
