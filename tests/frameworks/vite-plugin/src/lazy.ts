export const text = "loaded late";
