export default eventHandler(() => "<!doctype html><title>Home</title><a href=/posts/1>A post</a>");
