export default eventHandler((event) => ({ path: event.path, greeted: event.context.cloudflare.env.GREETED }));
