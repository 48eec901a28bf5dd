import Stripe from "stripe";

const answer = async (url: unknown, options?: { method?: string; body?: unknown }) =>
	Response.json({ id: "cus_1", url: String(url), method: options?.method, body: options?.body });
const stripe = new Stripe("sk_test_measured", { httpClient: Stripe.createFetchHttpClient(answer as never) });

export async function payment() {
	const customer = await stripe.customers.create({ email: "ann@example.com", metadata: { plan: "free" } });
	const payload = '{"id":"evt_1","object":"event"}';
	const header = await stripe.webhooks.generateTestHeaderStringAsync({ payload, secret: "whsec_measured" });
	const event = await stripe.webhooks.constructEventAsync(payload, header, "whsec_measured");
	return { customer, event: event.id };
}
