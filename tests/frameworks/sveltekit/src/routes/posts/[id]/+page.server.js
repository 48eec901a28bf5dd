import { error } from "@sveltejs/kit";

export const load = ({ params, platform }) => {
	if (params.id === "0") error(404, "no such post");
	return { id: params.id, greeted: platform.env.GREETED };
};
