#include "common/http_get.h"

#include <curl/curl.h>
#include <fmt/core.h>

#include <memory>

namespace samples {
namespace {

std::size_t append(const char* data, std::size_t size, std::size_t count, void* body) {
  static_cast<std::string*>(body)->append(data, size * count);
  return size * count;
}

}  // namespace

std::string http_get(std::uint16_t port, const std::string& path) {
  const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> request{curl_easy_init(),
                                                                    &curl_easy_cleanup};
  if (!request) return {};
  const std::string url = fmt::format("http://127.0.0.1:{}{}", port, path);
  std::string body;
  curl_easy_setopt(request.get(), CURLOPT_URL, url.c_str());
  curl_easy_setopt(request.get(), CURLOPT_WRITEFUNCTION, &append);
  curl_easy_setopt(request.get(), CURLOPT_WRITEDATA, &body);
  curl_easy_setopt(request.get(), CURLOPT_TIMEOUT, 10L);
  // Without it libcurl uses SIGALRM, which a program with threads must not.
  curl_easy_setopt(request.get(), CURLOPT_NOSIGNAL, 1L);
  // What http_proxy says is not for this machine's own address.
  curl_easy_setopt(request.get(), CURLOPT_PROXY, "");
  return curl_easy_perform(request.get()) == CURLE_OK ? body : std::string{};
}

}  // namespace samples
