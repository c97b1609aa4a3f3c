// Swagger UI speaks English only; its few fixed words are replaced as they appear.
const words = {
  "Authorize": "Nhập khóa", "Authorized": "Đã nhập khóa", "Logout": "Thoát", "Close": "Đóng",
  "Available authorizations": "Khóa truy cập", "Value:": "Khóa:", "Name:": "Tên:", "In:": "Ở:",
  "Try it out": "Thử ngay", "Try it out ": "Thử ngay", "Execute": "Thực hiện", "Clear": "Xóa kết quả",
  "Cancel": "Thôi", "Reset": "Đặt lại", "Parameters": "Tham số", "No parameters": "Không có tham số",
  "Request body": "Nội dung gửi", "Responses": "Các câu trả lời", "Response body": "Nội dung trả lời",
  "Response headers": "Tiêu đề trả lời", "Server response": "Câu trả lời của máy chủ", "Code": "Mã",
  "Details": "Chi tiết", "Description": "Ý nghĩa", "Links": "Liên kết", "No links": "Không có",
  "Name": "Tên", "Request URL": "Địa chỉ đã gọi", "Curl": "Lệnh curl", "Schemas": "Cấu trúc dữ liệu",
  "Example Value": "Ví dụ", "Schema": "Cấu trúc", "Media type": "Kiểu nội dung", "Download": "Tải về",
  "Undocumented": "Chưa mô tả", "Loading...": "Đang tải…", "Examples": "Ví dụ", "required": "bắt buộc",
  "Controls Accept header.": "Ứng với tiêu đề Accept.", "Send empty value": "Gửi giá trị rỗng",
  "Copied": "Đã chép", "Copy to clipboard": "Chép",
};

function translate(node) {
  const walker = document.createTreeWalker(node, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode.nodeValue;
    const found = words[text.trim()];
    if (found && !walker.currentNode.parentElement.closest("pre, code, textarea, .markdown, .opblock-summary-path")) {
      walker.currentNode.nodeValue = text.replace(text.trim(), found);
    }
  }
}

const language = document.documentElement.lang;
const service = document.body.dataset.service;
if (language === "vi") {
  new MutationObserver((changes) => {
    for (const change of changes) {
      for (const node of change.addedNodes) translate(node.nodeType === 3 ? node.parentNode : node);
      if (change.type === "characterData" && change.target.parentNode) translate(change.target.parentNode);
    }
  }).observe(document.getElementById("swagger-ui"), { childList: true, subtree: true, characterData: true });
}

// A command pressed here is a new command each time: it gets a fresh key unless one was typed.
function freshKey(request) {
  if (request.method === "POST" && !request.headers["Idempotency-Key"]) {
    request.headers["Idempotency-Key"] = "swagger-" + Date.now() + "-" + Math.random().toString(36).slice(2);
  }
  request.headers["Accept-Language"] = language;
  return request;
}

// What an answer says can be opened in a browser is offered for opening: a page to read, a workbook.
const openable = { page: { vi: "Mở trang xem trước", en: "Open the preview" }, workbook: { vi: "Tải bảng Excel", en: "Take the workbook" } };
function offerLinks(response) {
  const links = response.obj && (response.obj.links || (response.obj.preview && response.obj.preview.links));
  const nav = document.querySelector("nav");
  nav.querySelectorAll(".offered").forEach((old) => old.remove());
  for (const [name, words] of Object.entries(openable)) {
    if (!links || typeof links[name] !== "string" || !links[name].startsWith(`/${service}/v1/`)) continue;
    const link = document.createElement("a");
    link.href = links[name];
    link.target = "_blank";
    link.rel = "noopener";
    link.className = "offered";
    link.textContent = words[language] || words.vi;
    nav.append(link);
  }
  return response;
}

SwaggerUIBundle({
  url: `/${service}/openapi.json?lang=${language}`,
  dom_id: "#swagger-ui",
  deepLinking: true,
  persistAuthorization: true,
  displayRequestDuration: true,
  defaultModelsExpandDepth: 0,
  docExpansion: "list",
  validatorUrl: null,
  requestInterceptor: freshKey,
  responseInterceptor: offerLinks,
});
