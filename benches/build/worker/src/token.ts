import { SignJWT, errors, jwtVerify } from "jose";

const STATE = "as first written";
const key = new TextEncoder().encode("a secret of thirty-two characters");

export async function token() {
	const jwt = await new SignJWT({ plan: "free" })
		.setProtectedHeader({ alg: "HS256" })
		.setIssuer("measured")
		.setIssuedAt(1)
		.sign(key);
	const { payload } = await jwtVerify(jwt, key, { issuer: "measured" });
	const refused = await jwtVerify(jwt, key, { issuer: "somebody else" }).catch((error: unknown) =>
		error instanceof errors.JWTClaimValidationFailed ? error.code : "another error",
	);
	return { state: STATE, jwt, payload, refused };
}
