export default eventHandler((event) => `<!doctype html><title>Post ${getRouterParam(event, "id")}</title>`);
