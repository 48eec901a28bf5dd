export const GET = ({ url }) => Response.json({ path: url.pathname, query: url.search });
export const POST = async ({ request }) => Response.json(await request.json());
