package main

import (
	"flag"
	"fmt"
	"net/http"
)

var version = "dev"

func main() {
	port := flag.Int("port", 8080, "where to listen")
	flag.Parse()
	http.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "hello from", version) })
	if err := http.ListenAndServe(fmt.Sprintf(":%d", *port), nil); err != nil {
		panic(err)
	}
}
