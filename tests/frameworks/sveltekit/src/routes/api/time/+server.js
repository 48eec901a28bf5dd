import { json } from "@sveltejs/kit";

export const GET = ({ url }) => json({ path: url.pathname, query: url.search });
export const POST = async ({ request }) => json(await request.json());
