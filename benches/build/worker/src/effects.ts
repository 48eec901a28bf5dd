import { Effect, Schema, Stream } from "effect";

const Input = Schema.Struct({ number: Schema.NumberFromString });

export async function effects(number: string) {
	const program = Effect.gen(function* () {
		const input = yield* Schema.decodeUnknownEffect(Input)({ number });
		const squares = yield* Stream.runCollect(Stream.range(1, input.number).pipe(Stream.map((n) => n * n)));
		return { squares: Array.from(squares) };
	});
	return Effect.runPromise(program.pipe(Effect.catch((error) => Effect.succeed({ error: String(error.message) }))));
}
