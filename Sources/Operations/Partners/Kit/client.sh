#!/bin/sh
# 法律援助转办网关客户端：curl 与 openssl。 A client of the gateway by curl and openssl.
#
#   GATEWAY_URL         网关地址 the gateway's address
#   GATEWAY_TOKEN_FILE  令牌文件（默认 token.txt） the file that holds your bearer token
#
#   sh client.sh ping              测试连接 test the connection
#   sh client.sh send FILE         发送报文，核对回执 send a document, check its receipt
#   sh client.sh show MESSAGE_ID   按本单位报文编号查询 see where your message stands
#   sh client.sh statuses          已告知的状态 the statuses that you were told
#
# 退出码 Exit codes: 0 成功 done, 1 未被接收或核对不符 refused or not as it should be, 2 用法错误 wrong use.
set -eu

usage() { sed -n '3,12s/^# \{0,1\}//p' "$0" >&2; exit 2; }

# 令牌不写在命令行上，他人用 ps 看不到。 The token stands in a pipe: whoever lists processes does not see it.
# 超时、429 和 5xx 由 curl 按 Retry-After 重试：报文编号不变，不会重复。 curl tries again what may pass.
call() {
    printf 'header = "Authorization: Bearer %s"\n' "$(tr -d '\r\n' < "${GATEWAY_TOKEN_FILE:-token.txt}")" |
        curl --silent --show-error --max-time 60 --retry 5 --retry-connrefused --config - \
            --header 'Accept: application/json' --write-out '\n%{http_code}' "$@"
}

# 输出应答，失败时退出码为 1。 Prints the answer.
show() {
    status=$(printf '%s' "$answer" | tail -n 1)
    body=$(printf '%s' "$answer" | sed '$d')
    printf '%s\n' "$body"
    case $status in 2*) ;; *) echo "HTTP $status" >&2; exit 1 ;; esac
}

[ $# -ge 1 ] || usage
case $1 in
ping)
    [ $# -eq 1 ] || usage
    answer=$(call --header 'Content-Type: text/plain' --data-binary test "$GATEWAY_URL/v1/ping")
    show
    ;;
send)
    [ $# -eq 2 ] || usage
    case $2 in *.json) type=application/json ;; *) type=application/xml ;; esac
    answer=$(call --header "Content-Type: $type" --data-binary "@$2" "$GATEWAY_URL/v1/referrals")
    show
    # 回执的摘要与所发字节相符，才是这份报文的回执。 A receipt is that of these bytes where the digests agree.
    sm3=$(openssl dgst -sm3 "$2" | sed 's/.*= *//')
    case $body in *"$sm3"*) ;; *) echo "回执摘要不符 the receipt is of other bytes" >&2; exit 1 ;; esac
    ;;
show)
    [ $# -eq 2 ] || usage
    answer=$(call --get --data-urlencode "messageId=$2" "$GATEWAY_URL/v1/referrals")
    show
    ;;
statuses)
    [ $# -eq 1 ] || usage
    answer=$(call "$GATEWAY_URL/v1/statuses?limit=500")
    show
    ;;
*) usage ;;
esac
