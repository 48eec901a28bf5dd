export default eventHandler(async (event) => readBody(event));
