import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Base64;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * 法律援助转介网关客户端：单文件，仅用 JDK 17 自带的类。 A client of the gateway: one file, nothing but JDK 17.
 *
 * <p>环境变量 Environment: GATEWAY_URL, GATEWAY_TOKEN_FILE（默认 token.txt）。
 *
 * <pre>
 * java Client.java ping               测试连接 test the connection
 * java Client.java send FILE          发送报文，核对回执 send a document, check its receipt
 * java Client.java show MESSAGE_ID    按本单位报文编号查询 see where your message stands
 * java Client.java statuses FOLDER    保存已告知的全部状态并核对摘要 save and check every status you were told
 * </pre>
 *
 * 退出码 Exit codes: 0 成功 done, 1 未被接收或核对不符 refused or not as it should be, 2 用法错误 wrong use.
 */
public class Client {
    private static final int PATIENCE = 6;
    private static final HttpClient HTTP =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(20)).build();

    public static void main(String[] words) throws Exception {
        System.exit(run(words));
    }

    private static int run(String[] words) throws Exception {
        String command = words.length > 0 ? words[0] : "";
        if (command.equals("ping") && words.length == 1) return ping();
        if (command.equals("send") && words.length == 2) return send(Path.of(words[1]));
        if (command.equals("show") && words.length == 2) return show(words[1]);
        if (command.equals("statuses") && words.length == 2) return statuses(Path.of(words[1]));
        System.err.println("java Client.java ping | send FILE | show MESSAGE_ID | statuses FOLDER");
        return 2;
    }

    /** 暂时性失败按 Retry-After 重试：报文编号不变，不会重复。 What may pass is tried again; nothing is taken twice. */
    private static HttpResponse<String> call(String method, String path, byte[] body, String type)
            throws IOException, InterruptedException {
        String url = System.getenv("GATEWAY_URL").replaceAll("/+$", "") + path;
        String file = System.getenv().getOrDefault("GATEWAY_TOKEN_FILE", "token.txt");
        String token = Files.readString(Path.of(file)).strip();
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url)).timeout(Duration.ofSeconds(60))
                .header("Authorization", "Bearer " + token).header("Accept", "application/json")
                .method(method, HttpRequest.BodyPublishers.ofByteArray(body));
        if (type != null) request.header("Content-Type", type);
        for (int attempt = 1; ; attempt++) {
            long wait = Math.min(60, 1L << attempt);
            try {
                HttpResponse<String> answer =
                        HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
                int status = answer.statusCode();
                if (status != 408 && status != 429 && status < 500 || attempt == PATIENCE) return answer;
                String asked = answer.headers().firstValue("Retry-After").orElse("");
                if (asked.matches("[0-9]{1,4}")) wait = Long.parseLong(asked);
            } catch (IOException error) {
                if (attempt == PATIENCE) throw error;
                System.err.println("未连通，稍后重试 not reached, trying again: " + error);
            }
            Thread.sleep(wait * 1000);
        }
    }

    private static int ping() throws Exception {
        byte[] body = "测试 test".getBytes(StandardCharsets.UTF_8);
        HttpResponse<String> answer = call("POST", "/v1/ping", body, "text/plain; charset=utf-8");
        System.out.println(answer.body());
        return answer.statusCode() == 200 && answer.body().contains(sha256(body)) ? 0 : 1;
    }

    private static int send(Path file) throws Exception {
        byte[] body = Files.readAllBytes(file);
        String type = file.toString().endsWith(".json") ? "application/json" : "application/xml";
        HttpResponse<String> answer = call("POST", "/v1/referrals", body, type);
        System.out.println(answer.body());
        if (answer.statusCode() != 200 && answer.statusCode() != 202) {
            System.err.println("未被接收，请按 errors 更正 refused, mend what errors lists: HTTP " + answer.statusCode());
            return 1;
        }
        // 回执的摘要与所发字节相符，才是这份报文的回执。 A receipt is that of these bytes where the digests agree.
        if (!sm3(body).equals(value("sm3", answer.body()))) {
            System.err.println("回执摘要不符 the receipt is of other bytes");
            return 1;
        }
        return 0;
    }

    private static int show(String messageId) throws Exception {
        String name = URLEncoder.encode(messageId, StandardCharsets.UTF_8);
        HttpResponse<String> answer = call("GET", "/v1/referrals?messageId=" + name, new byte[0], null);
        System.out.println(answer.body());
        return answer.statusCode() == 200 ? 0 : 1;
    }

    private static int statuses(Path folder) throws Exception {
        Files.createDirectories(folder);
        String after = null;
        do {
            String page = "/v1/statuses?limit=100" + (after == null ? "" : "&after=" + after);
            HttpResponse<String> answer = call("GET", page, new byte[0], null);
            if (answer.statusCode() != 200) {
                System.err.println(answer.body());
                return 1;
            }
            // 列表中每条状态以 {"id" 开头。 Each status of the list begins with {"id".
            for (String entry : answer.body().split("(?=\\{\"id\":)")) {
                String body = value("body", entry);
                if (body == null) continue;
                byte[] bytes = Base64.getDecoder().decode(body);
                if (!sha256(bytes).equals(value("sha256", entry)) || !sm3(bytes).equals(value("sm3", entry))) {
                    System.err.println("摘要不符 not what the gateway digested: " + value("id", entry));
                    return 1;
                }
                String ending = value("mediaType", entry).contains("json") ? ".json" : ".xml";
                Path part = folder.resolve(value("id", entry) + ".tmp");
                Files.write(part, bytes);
                Files.move(part, folder.resolve(value("id", entry) + ending), StandardCopyOption.REPLACE_EXISTING);
                System.out.println(value("applicationNo", entry) + " " + value("state", entry));
            }
            after = value("next", answer.body());
        } while (after != null);
        return 0;
    }

    /** 网关输出的 JSON 无空白；正式系统请用贵单位的 JSON 库。 Use your own JSON library in earnest. */
    private static String value(String name, String json) {
        Matcher found = Pattern.compile("\"" + name + "\":\"([^\"\\\\]*)\"").matcher(json);
        return found.find() ? found.group(1) : null;
    }

    private static String sha256(byte[] data) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(data));
    }

    /** SM3（GB/T 32905），JDK 不自带。 The JDK has none. */
    static String sm3(byte[] data) {
        int[] v = {0x7380166F, 0x4914B2B9, 0x172442D7, 0xDA8A0600, 0xA96F30BC, 0x163138AA, 0xE38DEE4D, 0xB0FB0E4E};
        byte[] padded = new byte[(data.length + 8) / 64 * 64 + 64];
        System.arraycopy(data, 0, padded, 0, data.length);
        padded[data.length] = (byte) 0x80;
        for (int i = 0; i < 8; i++) padded[padded.length - 1 - i] = (byte) (data.length * 8L >>> 8 * i);
        for (int start = 0; start < padded.length; start += 64) {
            int[] w = new int[68];
            for (int i = 0; i < 16; i++) {
                for (int k = 0; k < 4; k++) w[i] = w[i] << 8 | padded[start + 4 * i + k] & 0xFF;
            }
            for (int j = 16; j < 68; j++) {
                int x = w[j - 16] ^ w[j - 9] ^ Integer.rotateLeft(w[j - 3], 15);
                w[j] = x ^ Integer.rotateLeft(x, 15) ^ Integer.rotateLeft(x, 23)
                        ^ Integer.rotateLeft(w[j - 13], 7) ^ w[j - 6];
            }
            int a = v[0], b = v[1], c = v[2], d = v[3], e = v[4], f = v[5], g = v[6], h = v[7];
            for (int j = 0; j < 64; j++) {
                int t = Integer.rotateLeft(j < 16 ? 0x79CC4519 : 0x7A879D8A, j);
                int s1 = Integer.rotateLeft(Integer.rotateLeft(a, 12) + e + t, 7);
                int s2 = s1 ^ Integer.rotateLeft(a, 12);
                int ff = j < 16 ? a ^ b ^ c : a & b | a & c | b & c;
                int gg = j < 16 ? e ^ f ^ g : e & f | ~e & g;
                int t1 = ff + d + s2 + (w[j] ^ w[j + 4]);
                int t2 = gg + h + s1 + w[j];
                d = c;
                c = Integer.rotateLeft(b, 9);
                b = a;
                a = t1;
                h = g;
                g = Integer.rotateLeft(f, 19);
                f = e;
                e = t2 ^ Integer.rotateLeft(t2, 9) ^ Integer.rotateLeft(t2, 17);
            }
            int[] next = {a, b, c, d, e, f, g, h};
            for (int i = 0; i < 8; i++) v[i] ^= next[i];
        }
        StringBuilder text = new StringBuilder();
        for (int word : v) text.append(String.format("%08x", word));
        return text.toString();
    }
}
