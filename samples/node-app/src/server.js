const express = require("express");

const app = express();
app.get("/", (_request, response) => response.send("hello\n"));
app.listen(3000);
