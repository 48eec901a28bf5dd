import { z } from "zod";

const User = z.object({
	name: z.string().min(2),
	email: z.email(),
	age: z.coerce.number().int().optional(),
	tags: z.array(z.enum(["a", "b"])).default(["a"]),
});

export function validate(input: unknown) {
	const { success, data, error } = User.safeParse(input);
	return success ? { data } : { problems: z.prettifyError(error) };
}
