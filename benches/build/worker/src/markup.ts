import { Suspense, createContext, createElement as h, memo, useContext, useId, useState } from "react";
import { renderToString } from "react-dom/server";

const Theme = createContext("light");

function Counter({ name }: { name: string }) {
	const [count] = useState(3);
	return h("p", { id: useId(), className: useContext(Theme) }, name, " ", count);
}

const Page = memo(({ name }: { name: string }) =>
	h(Theme.Provider, { value: "dark" }, h(Suspense, { fallback: "wait" }, h(Counter, { name }))),
);

export const markup = (name: string) => renderToString(h("main", null, h(Page, { name })));
