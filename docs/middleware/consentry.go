// Package consentry lets a request through only if Consentry says so within two seconds (Go 1.19 or newer, standard library).
package consentry

import (
	"context"
	"io"
	"net/http"
	"time"
)

type caller struct{}

// Caller is what Consentry says of who calls, as X-Auth-Subject: its answer's headers, which no request can bring along.
func Caller(r *http.Request) http.Header { return r.Context().Value(caller{}).(http.Header) }

// Guard asks at verify: the address of /v1/verify, with ?resource= where there are several APIs.
func Guard(verify string, next http.Handler) http.Handler {
	way := &http.Transport{MaxIdleConnsPerHost: 64} // no proxy and no redirect: a credential goes to Consentry only
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		soon, stop := context.WithTimeout(r.Context(), 2*time.Second)
		defer stop()
		ask, _ := http.NewRequestWithContext(soon, "GET", verify, nil)
		ask.Header = http.Header{"X-Forwarded-For": append(r.Header["X-Forwarded-For"], r.RemoteAddr), "X-Forwarded-Method": {r.Method}, "X-Forwarded-Uri": {r.RequestURI}}
		for _, name := range []string{"Authorization", "X-Api-Key", "X-Workspace-Id", "Origin"} {
			ask.Header[name] = r.Header[name]
		}
		told, err := way.RoundTrip(ask)
		if err == nil && told.StatusCode == 200 && told.Header.Get("X-Auth-Subject") != "" {
			next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), caller{}, told.Header)))
		} else if err == nil && told.StatusCode >= 400 {
			for _, name := range []string{"Content-Type", "Www-Authenticate", "Retry-After"} {
				w.Header()[name] = told.Header[name]
			}
			w.WriteHeader(told.StatusCode)
			io.Copy(w, told.Body)
		} else {
			http.Error(w, "nobody can say who calls", http.StatusServiceUnavailable)
		}
	})
}
