document.title += " (in the browser)";
