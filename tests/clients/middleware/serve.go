// A small API behind the documented middleware. Prints where it answers, and answers who calls.
package main

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"

	"api/consentry"
)

func main() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	fmt.Printf("{\"open\": %d}\n", listener.Addr().(*net.TCPAddr).Port)
	api := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		caller := map[string]string{}
		for _, name := range []string{"subject", "workspace", "role", "scope"} {
			caller[name] = consentry.Caller(r).Get("X-Auth-" + name)
		}
		json.NewEncoder(w).Encode(caller)
	})
	panic(http.Serve(listener, consentry.Guard(os.Getenv("VERIFY"), api)))
}
